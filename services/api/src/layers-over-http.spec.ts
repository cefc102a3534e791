// Ledgers that inherit, over HTTP: what would go live and what runs, where each value comes from, and every guard of an activation.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

let given: ApiUnderTest;
beforeEach(async () => {
  given = await startApi();
  await define('base', { abstract: true });
  await define('staging', { type: 'staging', inheritsFrom: ['base'] });
  await define('production', { type: 'production', inheritsFrom: ['staging'] });
});
afterEach(() => given.close());

const LEDGER = '/configurations/engine';

async function define(name: string, rest: object): Promise<void> {
  expect((await given.ask(`PUT /environments/${name}`, { body: { type: 'testing', ...rest } })).status).toBe(200);
}

const put = (environment: string, configuration: object, more: object = {}) =>
  given.ask(`PUT ${LEDGER}?environment=${environment}`, { body: { configuration, changeReason: `for ${environment}`, ...more } });
const activate = (environment: string, query = '', body: object = {}) =>
  given.ask(`POST ${LEDGER}/activate?environment=${environment}${query}`, { body });
const effective = (query = '', headers: Record<string, string> = {}) => given.ask(`GET ${LEDGER}/effective?${query}`, { headers });
const explain = (query = '') => given.ask(`GET ${LEDGER}/explain?${query}`);

interface Runs {
  readonly activation: number;
  readonly version: number;
  readonly digest: string;
  readonly layers: readonly object[];
}
/** What production runs. */
const running = async () => (await effective('version=active')).data as unknown as Runs;

/** base { limit: 1, fee: { maker: 1, taker: 2 } }, staging { limit: 2 } and production { venues: ['a'] }, each active. */
async function givenRunning(): Promise<void> {
  await put('base', { limit: 1, fee: { maker: 1, taker: 2 } }, { activate: true });
  await put('staging', { limit: 2 }, { activate: true });
  await put('production', { venues: ['a'] }, { activate: true });
}

const RUNS = { limit: 2, fee: { maker: 1, taker: 2 }, venues: ['a'] };

/** Staging goes on to limit 3 by an activation that production has not taken. */
const stagingMoves = () => put('staging', { limit: 3 }, { activate: true });

describe('GET …/effective', () => {
  test('answers what an activation would take live: latest over the newest layers, with the digest that it would have', async () => {
    await givenRunning();
    await stagingMoves();
    await given.ask(`PUT ${LEDGER}/fee.maker`, { body: { value: 5 } });
    const { data, headers } = await effective();
    expect(data).toMatchObject({ configuration: { ...RUNS, limit: 3, fee: { maker: 5, taker: 2 } }, pendingBecause: ['own', 'layers'] });
    expect(data['layers']).toMatchObject([{ ledger: 'staging.engine' }]);
    expect(headers['etag']).toBe(`"d:${data.digest}"`);
    const { activated } = (await activate('production', `&expectedDigest=${data.digest}`)).data;
    expect(activated).toMatchObject({ digest: data.digest, layers: data['layers'] });
  });
  test('with layers=kept lays it over what runs', async () => {
    await givenRunning();
    await stagingMoves();
    expect((await effective('layers=kept')).data.configuration).toEqual(RUNS);
    expect((await effective('layers=kept&consistency=local')).data.configuration).toEqual(RUNS);
    expect((await effective('consistency=local')).data.configuration).toEqual({ ...RUNS, limit: 3 });
  });
  test('of active and previous is what ran, and with layers=newest the same version over the newest layers', async () => {
    await givenRunning();
    await stagingMoves();
    expect((await effective('version=active')).data.configuration).toEqual(RUNS);
    expect((await effective('version=active&layers=newest')).data.configuration).toEqual({ ...RUNS, limit: 3 });
    await activate('production');
    expect((await effective('version=active')).data.configuration).toEqual({ ...RUNS, limit: 3 });
    expect((await effective('version=previous')).data.configuration).toEqual(RUNS);
  });
  test('with at= lays a version over what ran then', async () => {
    await givenRunning();
    const then = new Date(given.now()).toISOString();
    given.pass(60_000);
    await stagingMoves();
    await activate('production');
    given.pass(60_000);
    expect((await effective(`at=${then}`)).data.configuration).toEqual(RUNS);
    expect(await effective(`at=${then}&layers=newest`)).toMatchObject({ status: 400, code: 'OPTION_MISMATCH' });
  });
  test('with activation= answers what that activation took live', async () => {
    await givenRunning();
    const { activation } = await running();
    await stagingMoves();
    await activate('production');
    expect((await effective(`activation=${activation}`)).data.configuration).toEqual(RUNS);
    expect(await effective(`activation=${activation}&version=active`)).toMatchObject({ status: 400, code: 'OPTION_MISMATCH' });
    expect(await effective('activation=1')).toMatchObject({ status: 404, code: 'ACTIVATION_UNKNOWN' });
  });
  test('of version 0 is what a ledger without anything of its own would run, also where there is no ledger yet', async () => {
    await put('base', { limit: 1 }, { activate: true });
    expect((await effective('version=0')).data).toMatchObject({ configuration: { limit: 1 }, version: 0, active: null });
    expect(await effective()).toMatchObject({ status: 404, code: 'LEDGER_UNKNOWN' });
    expect(await effective('version=0&environment=qa')).toMatchObject({ status: 404, code: 'ENVIRONMENT_UNKNOWN' });
  });
  test('is not sent again to a client that has it', async () => {
    await givenRunning();
    const { headers } = await effective();
    const tag = String(headers['etag']);
    expect((await effective('', { 'if-none-match': tag })).status).toBe(304);
    await stagingMoves();
    expect((await effective('', { 'if-none-match': tag })).status).toBe(200);
    expect(await effective('', { 'if-match': tag })).toMatchObject({ status: 412, code: 'IF_MATCH_FAILED' });
  });
  test('is flat or raw where it is asked for', async () => {
    await givenRunning();
    expect((await effective('format=flat')).data.configuration).toEqual({ 'fee.maker': 1, 'fee.taker': 2, limit: 2, venues: ['a'] });
    expect(JSON.parse((await effective('raw=true')).text)).toEqual(RUNS);
  });
  test('shows nothing of $inherit, and nothing of what it hides', async () => {
    await givenRunning();
    await given.ask(`PUT ${LEDGER}/value?key=$inherit.hide`, { body: { value: ['fee.taker'] } });
    expect((await effective()).data.configuration).toEqual({ limit: 2, fee: { maker: 1 }, venues: ['a'] });
  });
});

describe('GET …/explain', () => {
  test('names for one value the change that made it, and what it overrides, nearest first', async () => {
    await givenRunning();
    await put('production', { venues: ['a'], limit: 4 });
    const { data } = await explain('key=limit');
    expect(data.items).toMatchObject([
      {
        path: 'limit',
        value: 4,
        ...{ ledger: 'production.engine', activation: null, actor: 'alice', reason: 'for production' },
        overrides: [
          { ledger: 'staging.engine', value: 2, version: 1, revision: 1, activation: 2, reason: 'for staging' },
          { ledger: 'base.engine', value: 1, actor: 'alice', activation: 4, reason: 'for base' },
        ],
      },
    ]);
    const versions = await given.ask(`GET ${LEDGER}/versions/${String(data.items[0]?.['version'])}`);
    expect(versions.status).toBe(200);
  });
  test('names for an object all leaves below it, and for nothing the nearest path', async () => {
    await givenRunning();
    const { data } = await explain('key=fee&version=active');
    expect(data.items.map(({ path, value, ledger }) => [path, value, ledger])).toEqual([
      ['fee.maker', 1, 'base.engine'],
      ['fee.taker', 2, 'base.engine'],
    ]);
    const missing = await explain('key=fee.makr');
    expect([missing.status, missing.code, missing.body.error]).toEqual([
      404,
      'KEY_NOT_FOUND',
      expect.stringContaining('did you mean fee.maker?'),
    ]);
  });
  test('without a key explains the whole document, each change once', async () => {
    await givenRunning();
    const { data } = await explain('version=active');
    const { sources, leaves } = data as unknown as { sources: Record<string, unknown>[]; leaves: [string, unknown, number, unknown[]][] };
    expect(leaves.map(([path, value, source, overrides]) => [path, value, sources[source]?.['ledger'], overrides.length])).toEqual([
      ['fee.maker', 1, 'base.engine', 0],
      ['fee.taker', 2, 'base.engine', 0],
      ['limit', 2, 'staging.engine', 1],
      ['venues', ['a'], 'production.engine', 0],
    ]);
    expect(sources.every(({ actor, occurredAt, version }) => actor === 'alice' && occurredAt !== null && version !== null)).toBe(true);
    expect(data['truncated']).toEqual([]);
  });
  test('of an object that a value replaces names no single change', async () => {
    await givenRunning();
    await put('production', { fee: 7 });
    expect((await explain('key=fee')).data.items).toMatchObject([
      {
        value: 7,
        ledger: 'production.engine',
        overrides: [{ ledger: 'staging.engine', value: { maker: 1, taker: 2 }, revision: null, actor: null }],
      },
    ]);
  });
  test('does not mistake an equal document for the one that was changed', async () => {
    await givenRunning();
    await put('base', { limit: 1, fee: { maker: 9, taker: 2 } }, { activate: true });
    await put('base', { limit: 1, fee: { maker: 1, taker: 2 } }, { activate: true, changeReason: 'back again' });
    await activate('staging');
    await activate('production');
    expect((await explain('key=fee.maker')).data.items).toMatchObject([{ ledger: 'base.engine', reason: 'back again' }]);
  });
});

describe('GET …/activations', () => {
  test('lists what went live, newest first, with layers, actor, reason and source', async () => {
    await givenRunning();
    const first = await running();
    await stagingMoves();
    await activate('production', '', { reason: 'the desk agreed' });
    const back = await given.ask(`POST ${LEDGER}/activations/${first.activation}/rollback`, { body: { reason: 'losses' } });
    await given.projected();
    const { data } = await given.ask(`GET ${LEDGER}/activations?limit=2`);
    expect(data.items).toMatchObject([
      { activation: back.data.activation, digest: first.digest, pinned: true, rollbackTo: first.version, reason: 'losses' },
      { reason: 'the desk agreed', pinned: false, rollbackTo: null, source: null, previousActivation: first.activation },
    ]);
    expect(data.items[0]?.['source']).toEqual({ kind: 'rollback', version: first.version, activation: first.activation });
    const rest = (await given.ask(`GET ${LEDGER}/activations?limit=2&cursor=${String(data.next)}`)).data;
    expect(rest.items).toMatchObject([
      { activation: first.activation, previousActivation: null, layers: first.layers, reason: 'for production' },
    ]);
    expect(rest.next).toBeNull();
  });
  test('shows one by its number, from the log', async () => {
    await givenRunning();
    const { activation, digest, layers } = await running();
    const { data } = await given.ask(`GET ${LEDGER}/activations/${activation}`);
    expect(data['item']).toMatchObject({ activation, digest, layers, actor: 'alice', reason: 'for production' });
    expect(await given.ask(`GET ${LEDGER}/activations/1`)).toMatchObject({ status: 404, code: 'ACTIVATION_UNKNOWN' });
    expect(await given.ask(`GET ${LEDGER}/activations/first`)).toMatchObject({ status: 400, code: 'ACTIVATION_INVALID' });
  });
});

describe('GET …/diff', () => {
  const diff = async (query = '') => (await given.ask(`GET ${LEDGER}/diff?${query}`)).data as unknown as Diff;
  interface Diff {
    readonly from: { readonly effective: boolean; readonly activation: number | null; readonly digest: string };
    readonly to: Diff['from'];
    readonly items: { readonly path: string }[];
  }

  test('from active to latest shows what an activation would change, inherited changes included', async () => {
    await givenRunning();
    await stagingMoves();
    const { from, to, items } = await diff();
    expect(items).toEqual([{ path: 'limit', before: 2, after: 3 }]);
    expect([from.effective, to.effective, to.activation]).toEqual([true, true, null]);
    expect((await effective(`activation=${from.activation}`)).data.digest).toBe(from.digest);
    expect((await activate('production', `&expectedDigest=${to.digest}`)).data.activated).toMatchObject({ digest: to.digest });
  });
  test('with layers=kept shows what a write with activate would change', async () => {
    await givenRunning();
    await stagingMoves();
    await given.ask(`PUT ${LEDGER}/fee.maker`, { body: { value: 5 } });
    expect((await diff('layers=kept')).items).toEqual([{ path: 'fee.maker', before: 1, after: 5 }]);
  });
  test('between two versions compares own documents', async () => {
    await givenRunning();
    const { version } = await running();
    await put('production', { venues: ['a', 'b'] });
    await stagingMoves();
    const { from, to, items } = await diff(`from=${version}&to=latest`);
    expect(items).toEqual([{ path: 'venues', before: ['a'], after: ['a', 'b'] }]);
    expect([from.effective, to.effective]).toEqual([false, false]);
  });
});

describe('an activation', () => {
  test('is refused where another one runs than the caller saw, or another document would run', async () => {
    await givenRunning();
    const seen = (await effective()).data;
    expect(await activate('production', '&expectedActivation=1')).toMatchObject({ status: 409, code: 'EXPECTED_ACTIVATION_CONFLICT' });
    await stagingMoves();
    const refused = await activate('production', '', { expectedActivation: seen.activation, expectedDigest: seen.digest });
    expect(refused).toMatchObject({ status: 409, code: 'EXPECTED_DIGEST_CONFLICT' });
    expect(refused.body.error).toContain((await effective()).data.digest);
  });
  test('needs a reason where the policy of its environment says so', async () => {
    await givenRunning();
    await define('production', { type: 'production', inheritsFrom: ['staging'], policy: { reasonRequired: true } });
    await stagingMoves();
    expect(await activate('production')).toMatchObject({ status: 400, code: 'REASON_REQUIRED' });
    expect((await activate('production', '', { changeReason: 'as agreed' })).status).toBe(200);
  });
});

describe('a write', () => {
  test('says how many own values are what would be inherited without them, and what is inherited in place of a deleted one', async () => {
    await givenRunning();
    const set = (path: string, value: unknown) => given.ask(`PUT ${LEDGER}/${path}`, { body: { value } });
    expect((await set('fee.maker', 5)).data['redundantCount']).toBe(0);
    expect((await set('limit', 2)).data['redundantCount']).toBe(1);
    expect((await set('fee.maker', 1)).data['redundantCount']).toBe(2);
    const { data } = await given.ask(`DELETE ${LEDGER}/fee.maker`);
    expect(data['redundantCount']).toBe(1);
    expect(data.changes).toEqual([{ path: 'fee.maker', before: 1, inherited: 1 }]);
    expect((await given.ask(`DELETE ${LEDGER}/venues`)).data.changes).toEqual([{ path: 'venues', before: ['a'] }]);
  });
  test('of what hides a place says nothing of what was inherited there', async () => {
    await givenRunning();
    await given.ask(`PUT ${LEDGER}/fee.maker`, { body: { value: 1 } });
    await given.ask(`PUT ${LEDGER}/value?key=$inherit.hide`, { body: { value: ['fee'] } });
    const { data } = await given.ask(`DELETE ${LEDGER}/fee.maker`);
    expect([data['redundantCount'], data.changes]).toEqual([0, [{ path: 'fee.maker', before: 1 }]]);
  });
});

test('what $inherit may hold is refused by name', async () => {
  await givenRunning();
  const hide = (value: unknown) => given.ask(`PUT ${LEDGER}/value?key=$inherit.hide`, { body: { value } });
  expect(await hide(['fee.*'])).toMatchObject({ status: 400, code: 'INHERIT_HIDE_INVALID' });
  expect(await hide(['fee', 'fee'])).toMatchObject({ status: 400, code: 'INHERIT_HIDE_INVALID' });
  expect((await hide(['fee'])).status).toBe(200);
});

test('a ledger that another one runs over is not retired', async () => {
  await givenRunning();
  const refused = await given.ask(`POST ${LEDGER}/retire?environment=base`, { body: { reason: 'not used' } });
  expect(refused).toMatchObject({ status: 409, code: 'LEDGER_INHERITED' });
  expect((await given.ask(`POST ${LEDGER}/retire?environment=production`, { body: { reason: 'not used' } })).status).toBe(200);
});
