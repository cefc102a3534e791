// `api`: any operation, only at the server of the token, never in the default environment.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startWorld, type World } from '../../fixtures/world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

test('A write that names no environment goes to that of the command line, never to the default of the api', async () => {
  const ran = await world.cli(`api PUT /configurations/trading-engine/fee -d '{"value":0.7}'`);
  expect([ran.exit, JSON.parse(ran.out)]).toEqual([
    0,
    expect.objectContaining({ data: expect.objectContaining({ environment: 'staging' }) as object }),
  ]);
  expect((await world.cli('get fee -e production')).out).toBe('0.2\n');
});

test('A reading goes where its query says, else where the command line says', async () => {
  expect(JSON.parse((await world.cli("api GET '/configurations/trading-engine/fee?environment=production'")).out)).toMatchObject({
    data: { value: 0.2 },
  });
});

test.each([
  `api PUT '/configurations/trading-engine/fee?environment=production' -d '{"value":1,"activate":true}'`,
  `api POST /configurations/trading-engine/versions/previous/rollback -e production`,
  `api PUT /configurations/trading-engine/environments/production -d '{"configuration":{}}'`,
  `api PUT /environments/production -d '{"type":"production"}'`,
])('A write in production asks first: without a terminal and --yes, `%s` is exit 2', async (line) => {
  expect((await world.cli(line)).exit).toBe(2);
  expect((await world.cli(line, { answers: ['n'] })).exit).toBe(1);
  expect((await world.cli(`${line} --yes`)).exit).toBe(0);
});

test('An environment that is not there yet is defined without a question', async () => {
  expect((await world.cli(`api PUT /environments/qa -d '{"type":"testing"}'`)).exit).toBe(0);
});

test.each([
  ['api GET status', 2, 'begins with one slash'],
  ['api GET /nothing', 7, 'ROUTE_UNKNOWN'],
  ["api PUT '/configurations/x/a?environment=staging' -d @missing.json", 2, 'cannot be read (ENOENT)'],
  ["api PUT '/configurations/x/a?environment=staging' -d '{'", 1, 'JSON_MALFORMED'],
])('`%s` is exit %i', async (line, exit, message) => {
  const ran = await world.cli(line);
  expect([ran.exit, ran.err]).toEqual([exit, expect.stringContaining(message) as string]);
});

test('An answer that comes line by line is printed as it comes', async () => {
  const lines = (await world.cli('api POST /verify')).out.trim().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ kind: 'result', holds: true });
});
