// Questions: where production runs by a write, what was shown is what is done, and nothing hangs or passes without a person.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, writeContexts, type World } from '../fixtures/world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const versionsIn = async (environment: string): Promise<readonly unknown[]> => {
  const { data } = await world.client.readVersion({ service: 'trading-engine', version: 'latest', query: { environment } });
  return [data.version, data.active, data.activation];
};
/** Runs something and holds that the ledger in production is as it was. */
async function withoutTrace<T>(act: () => Promise<T>): Promise<T> {
  const before = await versionsIn('production');
  const ran = await act();
  expect(await versionsIn('production')).toEqual(before);
  return ran;
}

describe('The environment', () => {
  test('is never the default of the api: without one a command is exit 2, with those that exist', async () => {
    writeContexts(world.home, { server: world.url, tokenFile: `${world.folder}/ops.token`, service: 'trading-engine' });
    const ran = await withoutTrace(() => world.cli('set fee 9'));
    expect(ran).toEqual({
      exit: 2,
      out: '',
      err: `error: No environment is named.
  → Give one by -e, by CONFLEDGER_ENVIRONMENT or in the context. There are development, testing, staging, production.
`,
    });
  });

  test('is missed without the list where the server cannot be reached', async () => {
    writeContexts(world.home, { server: 'http://127.0.0.1:1', tokenFile: `${world.folder}/ops.token` });
    expect((await world.cli('get fee')).err).toContain('or in the context.\n');
  });

  test('comes from -e, then CONFLEDGER_ENVIRONMENT, then the context', async () => {
    const env = { CONFLEDGER_ENVIRONMENT: 'production' };
    expect((await world.cli('get fee -e staging', { env })).out).toBe('0.1\n');
    expect((await world.cli('get fee', { env })).out).toBe('0.2\n');
    expect((await world.cli('get fee')).out).toBe('0.1\n');
  });

  test('and the service are named on standard error before every write', async () => {
    const { err } = await world.cli('set fee 0.5');
    expect(err).toBe('Writing to staging.trading-engine at http://server (context desk, current)\n');
  });

  test('that is misspelt is named with the nearest, and so is a service', async () => {
    expect((await world.cli('get fee -e stagin')).err).toContain('did you mean staging?');
    expect((await world.cli('activate -e prodction --yes')).err).toContain("did you mean 'production'?");
    expect((await world.cli('get fee -s trading-engin')).err).toContain("Did you mean 'trading-engine'?");
  });
});

describe('A question', () => {
  test.each([
    ['activate'],
    ['set fee 0.5 --activate'],
    ['unset fee --activate'],
    ['rollback'],
    ['promote fee --from staging --activate'],
    ["schema set fee -d '{}'"],
    ['ledger retire'],
  ])('is put in production before `%s`; without a terminal and --yes that is exit 2, and nothing is written', async (line) => {
    const ran = await withoutTrace(() => world.cli(`${line} -e production`));
    expect(ran.exit).toBe(2);
    expect(ran.err).toContain(
      'This needs a confirmation, because production is of type production, and there is no terminal to ask on. Nothing was sent.',
    );
    expect(ran.err).toContain('--yes');
  });

  test('is put for a change of production itself', async () => {
    expect((await world.cli('env define production --policy reasonRequired=true')).exit).toBe(2);
    expect((await world.cli('env define production-eu --type production')).exit).toBe(2);
    expect((await world.cli('env define qa --type testing')).exit).toBe(0);
  });

  test('is put where a production environment follows by itself, also through an abstract one', async () => {
    await world.client.defineEnvironment({ environment: 'base', body: { type: 'testing', abstract: true } });
    await world.client.defineEnvironment({
      environment: 'regional',
      body: { type: 'testing', abstract: true, inheritsFrom: ['base'], policy: { inherited: 'explicit' } },
    });
    await world.client.defineEnvironment({
      environment: 'prod-eu',
      body: { type: 'production', inheritsFrom: ['regional'], policy: { inherited: 'automatic' } },
    });
    await world.cli('set fee 0.5 -e base');
    const ran = await world.cli('activate -e base');
    expect([ran.exit, ran.err]).toEqual([2, expect.stringContaining('because prod-eu follows base by itself') as string]);
  });

  test('is not put for a draft, for a dry run, and where production does not follow', async () => {
    expect((await world.cli('set fee 0.5 -e production')).exit).toBe(0);
    expect((await world.cli('activate -e production --dry-run')).exit).toBe(0);
    expect((await world.cli('activate')).exit).toBe(0);
  });

  test('shows the difference, and goes on with yes', async () => {
    const ran = await world.cli('set fee 0.5 --activate -e production', { answers: ['y'] });
    expect(ran.exit).toBe(0);
    expect(ran.err).toBe(`Writing to production.trading-engine at http://server (context desk, current)
~ fee: 0.2 → 0.5
Take this live in production.trading-engine? (production is of type production) [y/N] y
`);
    expect(ran.out).toBe('production.trading-engine  version 10, active, activation 11\n');
  });

  test.each(['', 'n', 'no', 'yess', 'Y?'])('that is answered by %j writes nothing: exit 1', async (answer) => {
    const ran = await withoutTrace(() => world.cli('set fee 0.5 --activate -e production', { answers: [answer] }));
    expect([ran.exit, ran.err]).toEqual([1, expect.stringContaining('Not confirmed: nothing was written.') as string]);
  });

  test.each(['^C', '^D'])('that is answered by %s leaves nothing behind: exit 130', async (answer) => {
    for (const line of [
      'set fee 0.5 --activate',
      'activate',
      'rollback',
      'promote --from staging --activate',
      'ledger retire',
      "schema set fee -d '{}'",
    ]) {
      await world.cli('set fee 0.7 -e production');
      const ran = await withoutTrace(() =>
        world.cli(
          `${line} -e production --include-pending`
            .replace(/^(activate|rollback|ledger.*|schema.*) --include-pending/, '$1')
            .replace(/^((?:activate|rollback|ledger|schema).*) --include-pending$/, '$1'),
          { answers: [answer] },
        ),
      );
      expect([line, ran.exit]).toEqual([line, 130]);
    }
  });

  test('is put for every write where the context says `confirm: always`', async () => {
    const desk = {
      server: world.url,
      tokenFile: `${world.folder}/ops.token`,
      environment: 'staging',
      service: 'trading-engine',
      confirm: 'always',
    };
    writeContexts(world.home, desk);
    const ran = await world.cli('set fee 0.5');
    expect([ran.exit, ran.err]).toEqual([2, expect.stringContaining('because the context desk always asks') as string]);
    expect((await world.cli('tag latest x', { answers: ['yes'] })).exit).toBe(0);
  });
});

describe('What was shown', () => {
  const others = () =>
    world.client.setValueByKey({
      service: 'trading-engine',
      query: { environment: 'production', path: 'venues' },
      body: { value: ['kraken'], activate: 'all' },
    });

  test.each(['set fee 0.5 --activate', 'promote fee --from staging --activate', 'activate'])(
    'does not hold any more when somebody else took something live while the question of `%s` stood: exit 4, the new difference, and nothing written',
    async (line) => {
      if (line === 'activate') await world.cli('set fee 0.5 -e production');
      const ran = await world.cli(`${line} -e production`, { answers: ['y'], meanwhile: others });
      expect(ran.exit).toBe(4);
      expect(ran.err).toContain('Something else was written or taken live since.');
      expect(await versionsIn('production')).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
      const { data } = await world.client.readValueByKey({
        service: 'trading-engine',
        query: { environment: 'production', path: 'fee', version: 'active' },
      });
      expect(data.value).toBe(line === 'activate' ? 0.5 : 0.2);
    },
  );

  test('guards --yes too: the guards of the dry run are sent', async () => {
    const bodies: unknown[] = [];
    world.api.api.app.server.on('request', (request: { on(event: 'data', listener: (chunk: Buffer) => void): void }) =>
      request.on('data', (chunk) => bodies.push(JSON.parse(chunk.toString('utf8')))),
    );
    expect((await world.cli('set fee 0.5 --activate -e production --yes')).exit).toBe(0);
    expect(bodies.at(-1)).toMatchObject({
      dryRun: false,
      activate: true,
      expectedVersion: 8,
      expectedActivation: 9,
      expectedDigest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  test('of a rollback is a number: an activation that lands between changes neither what is given back nor that it is', async () => {
    const ran = await world.cli('rollback -e production', { answers: ['y'], meanwhile: others });
    expect(ran.exit).toBe(0);
    expect(ran.err).toContain('Roll production.trading-engine back to activation 6? (');
    const { data } = await world.client.readConfiguration({
      service: 'trading-engine',
      query: { environment: 'production', version: 'active' },
    });
    expect([data.configuration['fee'], data.configuration['venues']]).toEqual([0.1, ['binance']]);
  });

  test('of a rollback twice goes forth and back', async () => {
    await world.cli('rollback -e production --yes');
    expect((await world.cli('get fee -e production --version active')).out).toBe('0.1\n');
    await world.cli('rollback -e production --yes');
    expect((await world.cli('get fee -e production --version active')).out).toBe('0.2\n');
  });
});

describe('A reason', () => {
  beforeEach(async () => {
    await world.client.defineEnvironment({ environment: 'staging', body: { type: 'staging', policy: { reasonRequired: true } } });
  });

  test('that the policy needs is asked for on a terminal', async () => {
    const ran = await world.cli('set fee 0.5', { answers: ['calm market'] });
    expect([ran.exit, ran.err]).toEqual([0, expect.stringContaining('Reason: calm market') as string]);
    expect((await world.cli('versions')).out).toContain('calm market');
  });

  test('that is missing without a terminal is exit 2, with the flag', async () => {
    const ran = await world.cli('set fee 0.5');
    expect([ran.exit, ran.err]).toEqual([2, expect.stringContaining('Give one by -m <text>.') as string]);
  });

  test.each(['^C', '^D'])('that is answered by %s writes nothing: exit 130', async (answer) => {
    expect((await world.cli('set fee 0.5', { answers: [answer] })).exit).toBe(130);
    expect((await world.cli('get fee')).out).toBe('0.1\n');
  });
});

describe('The name', () => {
  test('of an environment that is retired is typed, or given by --confirm; --yes does not answer it', async () => {
    expect((await world.cli('env retire testing --yes')).exit).toBe(2);
    expect((await world.cli('env retire testing --confirm tesing')).exit).toBe(2);
    expect((await world.cli('env retire testing', { answers: ['staging'] })).exit).toBe(1);
    expect((await world.cli('env retire testing', { answers: ['^C'] })).exit).toBe(130);
    expect((await world.cli('env show testing')).out).not.toContain('retired');
    expect((await world.cli('env retire testing', { answers: ['testing'] })).out).toBe('testing  retired\n');
  });
});
