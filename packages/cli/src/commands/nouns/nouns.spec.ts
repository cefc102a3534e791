// Environments and schemas: what is not named stays, and nobody else's change is written over.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, writeContexts, type World } from '../../fixtures/world.js';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

describe('env define', () => {
  const definition = async () => (await world.client.readEnvironment({ environment: 'qa' })).data;

  test('changes what is named, and keeps all else of the definition', async () => {
    await world.cli(`env define qa --type testing --inherits-from staging --policy writes=live --properties '{"desk":"Paris"}'`);
    expect((await world.cli('env define qa --policy reasonRequired=true')).out).toContain('qa  changed');
    expect(await definition()).toMatchObject({
      type: 'testing',
      inheritsFrom: ['staging'],
      properties: { desk: 'Paris' },
      policy: { writes: 'live', reasonRequired: true },
    });
    expect((await world.cli('env define qa')).out).toContain('qa  nothing to do');
    await world.cli('env define qa --no-parents -m alone');
    expect(await definition()).toMatchObject({ inheritsFrom: [], properties: { desk: 'Paris' } });
  });

  test('is exit 4 where somebody else has defined it while the question stood', async () => {
    const meanwhile = () =>
      world.client.defineEnvironment({ environment: 'production', body: { type: 'production', properties: { desk: 'Rome' } } });
    const ran = await world.cli('env define production --policy reasonRequired=true', { answers: ['y'], meanwhile });
    expect(ran.exit).toBe(4);
    expect((await world.client.readEnvironment({ environment: 'production' })).data).toMatchObject({
      properties: { desk: 'Rome' },
      policy: { reasonRequired: false },
    });
  });

  test.each([
    ['env define qa', 2, '--type'],
    ['env define qa --type testing --policy writes', 2, 'no name=value'],
    ['env define qa --type testing --policy writes=often', 1, 'writes'],
    ['env define qa --type testing --inherits-from qa', 4, 'qa'],
    ["env define qa --type testing --properties '[]'", 2, 'no JSON object'],
    ['env define qa --type prod', 2, "--type cannot be 'prod'"],
  ])('`%s` is exit %i', async (line, exit, message) => {
    const ran = await world.cli(line);
    expect([ran.exit, ran.err]).toEqual([exit, expect.stringContaining(message) as string]);
  });
});

describe('schema set', () => {
  test('shows what it changes, and refuses what the values break, with the flag that accepts it', async () => {
    const ran = await world.cli(`schema set fee -d '{"maximum":0.01}'`);
    expect([ran.exit, ran.err]).toEqual([4, expect.stringContaining('--accept-standing') as string]);
    expect((await world.cli(`schema set fee -d '{"maximum":0.01}' --accept-standing`)).out).toBe(
      'staging.trading-engine  changed\n  schema at fee: set\n',
    );
    expect((await world.cli('schema list')).out).toMatch(/^fee +own/m);
  });

  test.each(['venues', 'fee'])('at %s is exit 4 where somebody else has set it while the question stood', async (mount) => {
    const production = { environment: 'production' };
    if (mount === 'venues')
      await world.client.setSchema({ service: 'trading-engine', query: production, body: { mount, schema: { type: 'array' } } });
    const meanwhile = () =>
      world.client.setSchema({ service: 'trading-engine', query: production, body: { mount, schema: { title: 'theirs' } } });
    const ran = await world.cli(`schema set ${mount} -d '{"title":"ours"}' -e production`, { answers: ['y'], meanwhile });
    expect(ran.exit).toBe(4);
    expect((await world.cli(`schema show ${mount} -e production`)).out).toContain('theirs');
  });

  test('what-if counts what a schema would have refused, and says so by exit 6', async () => {
    const ran = await world.cli(`schema what-if fee -d '{"maximum":0.01}' --exit-code`);
    expect([ran.exit, ran.out]).toEqual([6, expect.stringMatching(/2 of 2 versions would have been refused\n$/) as string]);
  });
});

describe('promote', () => {
  test('makes a draft in a ledger that is not there yet, and is exit 4 where somebody else makes it while it is looked at', async () => {
    expect((await world.cli('promote --from staging -e testing')).out).toContain('version 5 (draft');
    expect((await world.cli('get fee -e testing')).out).toBe('0.1\n');
    const desk = { server: world.url, tokenFile: `${world.folder}/ops.token`, service: 'trading-engine', confirm: 'always' };
    writeContexts(world.home, desk);
    const theirs = { service: 'trading-engine', query: { environment: 'development' }, body: { configuration: { fee: 9 } } };
    const ran = await world.cli('promote --from staging -e development', {
      answers: ['y'],
      meanwhile: () => world.client.createConfiguration(theirs),
    });
    expect(ran.exit).toBe(4);
    expect((await world.cli('get fee -e development')).out).toBe('9\n');
  });
});

describe('ledger retire', () => {
  test('is taken back by unretire, and a write in between is exit 4 with that remedy', async () => {
    expect((await world.cli('ledger retire -m misspelt')).out).toBe('staging.trading-engine  retired\n');
    const ran = await world.cli('set fee 1');
    expect([ran.exit, ran.err]).toEqual([4, expect.stringContaining('Take it back: confledger ledger unretire') as string]);
    expect((await world.cli('ledger unretire')).out).toBe('staging.trading-engine  taken back as it stood\n');
  });
});
