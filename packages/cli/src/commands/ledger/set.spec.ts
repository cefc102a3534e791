// set against a real api: types by schema, several values at once, secrets never on the command line.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../../fixtures/world.js';
import { ASSIGNMENTS_MAX } from './assignments.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const query = { environment: 'staging' };
  const service = 'trading-engine';
  await world.client.setSchema({
    service,
    query,
    body: { mount: 'desk', schema: { type: 'object', properties: { code: { type: 'string' }, seat: { 'x-sensitive': true } } } },
  });
});
afterAll(() => world.close());

test('A value has the type that the effective schema gives it, and the answer shows it', async () => {
  expect((await world.cli('set desk.code 007')).out).toContain('+ desk.code: "007"\n');
  expect((await world.cli('set risk.parameters.maxPositionSize 2500')).out).toContain('2000 → 2500\n');
  expect((await world.cli('set risk.parameters.maxPositionSize many')).exit).toBe(2);
});

test('Several values are one change set', async () => {
  const { out } = await world.cli('set note.a=1 note.b=two note.c=[] -o json');
  const { changeCount, version } = JSON.parse(out) as { readonly changeCount: number; readonly version: number };
  expect(changeCount).toBe(3);
  expect((await world.cli(`versions ${version}`)).out).toContain(' 3\n');
  expect(JSON.parse((await world.cli('get note')).out)).toEqual({ a: 1, b: 'two', c: [] });
});

test.each([
  ['set a=1 b', "'b' is no path=value"],
  ['set =1', 'is no path=value'],
  ['set a 1 2', 'One path takes one value'],
  ['set a 1 --string --json', 'exclude each other'],
  ['set a', 'there is no terminal to ask on'],
  ['set a 1 --include-pending', '--include-pending needs --activate'],
  ['set a 1 --wait', '--wait needs --activate'],
  [['set', ...Array.from({ length: ASSIGNMENTS_MAX + 1 }, (_, index) => `a${index}=1`)].join(' '), `More than ${ASSIGNMENTS_MAX} values`],
])('%.60s is exit 2, and nothing is written', async (line, message) => {
  const ran = await world.cli(line);
  expect([ran.exit, ran.out, ran.err]).toEqual([2, '', expect.stringContaining(message) as string]);
});

test.each(['set exchange.apiKey hunter2', 'set fee=1 exchange.apiKey=hunter2', 'set desk.seat hunter2'])(
  'A secret on the command line is exit 2 before anything is sent, and is not repeated: `%s`',
  async (line) => {
    const before = (await world.cli('get')).out;
    const ran = await world.cli(line);
    expect([ran.exit, ran.err]).toEqual([2, expect.stringContaining("stands in the shell's history. Nothing was sent.") as string]);
    expect(ran.err).not.toContain('hunter2');
    expect((await world.cli('get')).out).toBe(before);
  },
);

test('A secret is asked for without echo, read from standard input, and not shown', async () => {
  const asked = await world.cli('set exchange.apiKey', { answers: ['hunter2'] });
  expect(asked).toMatchObject({ exit: 0, out: expect.stringContaining('+ exchange.apiKey: (secret)') as string });
  expect(asked.err).toBe('exchange.apiKey (not shown): \nWriting to staging.trading-engine at http://server (context desk, current)\n');
  expect((await world.cli('get exchange.apiKey')).out).toBe('hunter2\n');
  const piped = await world.cli('set exchange.apiKey - --activate --include-pending', { input: 'hunter3\r\n' });
  expect([piped.exit, piped.err + piped.out]).toEqual([0, expect.not.stringContaining('hunter') as string]);
  expect((await world.cli('get exchange.apiKey')).out).toBe('hunter3\n');
});

test('A value that is no secret is asked for with echo, and Ctrl-C or Ctrl-D writes nothing: exit 130', async () => {
  expect((await world.cli('set fee', { answers: ['0.7'] })).err).toContain('fee: 0.7\n');
  for (const answer of ['^C', '^D']) expect((await world.cli('set fee', { answers: [answer] })).exit).toBe(130);
  expect((await world.cli('get fee')).out).toBe('0.7\n');
});

test('Pending changes of others are not taken live: exit 4 with the flag that accepts them', async () => {
  await world.cli('set note.d 4');
  const ran = await world.cli('set fee 0.8 --activate');
  expect([ran.exit, ran.err]).toEqual([4, expect.stringContaining('Then --include-pending takes those live too.') as string]);
});

test('An environment whose writes go live by themselves is drafted in all the same', async () => {
  await world.client.defineEnvironment({ environment: 'testing', body: { type: 'testing', policy: { writes: 'live' } } });
  expect((await world.cli('set fee 1 -e testing')).out).toContain('(draft, 1 pending');
});

test('Nothing to do is exit 0', async () => {
  const fee = (await world.cli('get fee')).out.trim();
  expect(await world.cli(`set fee ${fee}`)).toMatchObject({ exit: 0, out: 'staging.trading-engine  nothing to do\n' });
});

test('A violation is exit 1, with path, message and remedy', async () => {
  const ran = await world.cli('set risk.parameters.stopLossPercentage 500');
  expect([ran.exit, ran.err]).toEqual([
    1,
    expect.stringContaining(
      'error: Stop loss must be at most 100 percent.\n  at risk.parameters.stopLossPercentage (maximum)\n  → Set a value',
    ) as string,
  ]);
});
