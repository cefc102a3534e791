// Environments over HTTP: defined, shown, retired, and every refusal of a definition.
import { ReadModelUnavailable } from '@confledger/application';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

let given: ApiUnderTest;
beforeEach(async () => {
  given = await startApi();
});
afterEach(() => given.close());

const define = (name: string, rest: object = {}, query = '') =>
  given.ask(`PUT /environments/${name}${query}`, { body: { type: 'testing', ...rest } });
const below = (name: string, ...inheritsFrom: string[]) => define(name, { inheritsFrom });
const retire = (name: string) => given.ask(`DELETE /environments/${name}`);

/** Defines all of them, each below the one before. */
async function chain(...names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) expect((await below(name, ...names.slice(Math.max(0, index - 1), index))).status).toBe(200);
}

async function listed(query = ''): Promise<string[]> {
  const { data } = await given.ask(`GET /environments${query}`);
  return data.items.map(({ environment }) => String(environment));
}

describe('GET /environments', () => {
  test('lists those of the first start with type and policy, without retired ones unless asked', async () => {
    const { status, data } = await given.ask('GET /environments');
    expect(status).toBe(200);
    expect(data).toMatchObject({ next: null, position: expect.stringMatching(/:\d+$/) as string });
    expect(data.items[3]).toEqual({
      environment: 'production',
      type: 'production',
      inheritsFrom: [],
      abstract: false,
      properties: {},
      policy: { unknownSections: 'allowed', reasonRequired: false, writes: 'draft', inherited: 'explicit', references: 'on' },
      edition: 1,
      retired: false,
      revision: 3,
    });
    await retire('staging');
    expect(await listed()).toEqual(['development', 'testing', 'production']);
    expect(await listed('?retired=true')).toEqual(['staging']);
    expect(await listed('?retired=all')).toHaveLength(4);
  });
  test('of one name shows its entity tag, ancestors as a tree and descendants, nearest first', async () => {
    await chain('top', 'middle', 'low');
    await below('both', 'middle', 'staging');
    const { data, headers } = await given.ask('GET /environments/middle');
    expect(headers['etag']).toBe('"5"');
    expect(data).toMatchObject({ ancestors: [{ environment: 'top', parents: [] }], descendants: ['both', 'low'], revision: 5 });
    expect((await given.ask('GET /environments/both')).data.ancestors).toEqual([
      { environment: 'middle', parents: [{ environment: 'top', parents: [] }] },
      { environment: 'staging', parents: [] },
    ]);
  });
  test('of a name that is not defined names the nearest', async () => {
    expect(await given.ask('GET /environments/stagin')).toMatchObject({ status: 404, code: 'ENVIRONMENT_UNKNOWN' });
    expect((await given.ask('GET /environments/stagin')).body.error).toContain('did you mean staging?');
  });
});

describe('PUT /environments/{environment}', () => {
  test('defines, says what it created, and is nothing the second time', async () => {
    const first = await define('qa', { inheritsFrom: ['testing'], properties: { owner: 'desk' }, policy: { writes: 'live' } });
    expect([first.status, first.headers['etag']]).toEqual([200, '"4"']);
    expect(first.data).toMatchObject({
      environment: 'qa',
      policy: { unknownSections: 'allowed', reasonRequired: false, writes: 'live', inherited: 'automatic' },
      ancestors: [{ environment: 'testing', parents: [] }],
      ...{ revision: 4, changed: true, created: true, dryRun: false },
    });
    const again = await define('qa', { inheritsFrom: ['testing'], properties: { owner: 'desk' }, policy: { writes: 'live' } });
    expect(again.data).toMatchObject({ changed: false, created: false, revision: 4 });
    expect((await define('qa')).data).toMatchObject({ changed: true, created: false, inheritsFrom: [], properties: {}, revision: 5 });
  });
  test('writes nothing as a dry run, and refuses what the real call refuses', async () => {
    const before = await given.store.lastPosition();
    expect((await define('qa', {}, '?dryRun=true')).data).toMatchObject({ created: true, changed: true, dryRun: true });
    expect((await define('qa', { inheritsFrom: ['qa'], dryRun: true })).code).toBe('ENVIRONMENT_CYCLE');
    expect(await given.store.lastPosition()).toBe(before);
  });
  test('keeps to If-Match and If-None-Match', async () => {
    const put = (headers: Record<string, string>) =>
      given.ask('PUT /environments/qa', { body: { type: 'testing', properties: { at: given.now() } }, headers });
    expect(await put({ 'if-match': '"4"' })).toMatchObject({ status: 412, code: 'IF_MATCH_FAILED' });
    expect(await put({ 'if-none-match': '*' })).toMatchObject({ status: 200 });
    expect(await put({ 'if-none-match': '*' })).toMatchObject({ status: 412, code: 'IF_NONE_MATCH_FAILED' });
    expect(await put({ 'if-match': '4' })).toMatchObject({ status: 400, code: 'IF_MATCH_MALFORMED' });
    given.pass(1_000);
    expect(await put({ 'if-match': '"4"' })).toMatchObject({ status: 200, data: { revision: 5 } });
  });
  test('answers a repeated Idempotency-Key as it did first, and records the reason', async () => {
    const body = { type: 'testing', changeReason: 'for the new desk' };
    const headers = { 'idempotency-key': 'k-1' };
    const first = await given.ask('PUT /environments/qa', { body, headers });
    await retire('qa');
    const again = await given.ask('PUT /environments/qa', { body, headers });
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.data).toEqual(first.data);
    expect(await given.ask('PUT /environments/qa', { body: { type: 'staging' }, headers })).toMatchObject({
      status: 409,
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    await given.projected();
    const { data } = await given.ask('GET /audit?type=EnvironmentDefined&limit=1');
    expect(data.items).toMatchObject([{ stream: 'environments', reason: 'for the new desk', environment: null, actor: 'alice' }]);
  });
  test.each<[string, number, () => Promise<unknown>]>([
    ['ENVIRONMENT_NAME_INVALID', 400, () => define('QA')],
    ['BODY_MEMBER_MISSING', 400, () => given.ask('PUT /environments/qa', { body: {} })],
    ['BODY_MEMBER_INVALID', 400, () => define('qa', { type: 'trial' })],
    ['BODY_MEMBER_INVALID', 400, () => define('qa', { policy: { writes: 'never' } })],
    ['BODY_MEMBER_UNKNOWN', 400, () => define('qa', { color: 'red' })],
    ['ENVIRONMENT_PARENT_UNKNOWN', 409, () => below('qa', 'nothing')],
    ['ENVIRONMENT_CYCLE', 409, () => below('testing', 'testing')],
    ['ENVIRONMENT_ANCESTOR_TWICE', 409, () => below('qa', 'testing', 'testing')],
    ['ENVIRONMENT_TYPE_FIXED', 409, () => define('production')],
    ['ENVIRONMENT_ABSTRACT_FIXED', 409, () => define('testing', { abstract: true })],
    ['ENVIRONMENT_PROPERTIES_TOO_LARGE', 413, () => define('qa', { properties: { a: 'x'.repeat(9_000) } })],
    ['EDITION_UNKNOWN', 400, () => define('qa', { edition: 2 })],
    ['ENVIRONMENT_UNKNOWN', 404, () => retire('qa')],
  ])('%s is answered with %i', async (code, status, ask) => {
    expect(await ask()).toMatchObject({ status, code });
  });
  test('refuses a retired parent, and retiring one that is inherited from', async () => {
    await below('qa', 'staging');
    expect(await retire('staging')).toMatchObject({ status: 409, code: 'ENVIRONMENT_INHERITED_FROM' });
    await retire('testing');
    expect(await below('other', 'testing')).toMatchObject({ status: 409, code: 'ENVIRONMENT_PARENT_RETIRED' });
  });
  test('refuses a ninth level, a seventeenth ancestor and environment 201', async () => {
    const names = Array.from({ length: 195 }, (_, index) => `e-${index}`);
    await chain(...names.slice(0, 8));
    expect(await below('deep', 'e-7')).toMatchObject({ status: 409, code: 'ENVIRONMENT_TOO_DEEP' });
    for (const name of names.slice(8)) await define(name);
    expect(await below('wide', ...names.slice(10, 27))).toMatchObject({ status: 409, code: 'ENVIRONMENT_TOO_MANY_ANCESTORS' });
    expect((await define('last')).status).toBe(200);
    expect(await define('one-more')).toMatchObject({ status: 409, code: 'ENVIRONMENT_LIMIT' });
  });
});

describe('DELETE /environments/{environment}', () => {
  test('retires, takes a reason, and is nothing the second time; a definition brings it back', async () => {
    const { data, headers } = await given.ask('DELETE /environments/staging', { body: { reason: 'not used' } });
    expect(data).toMatchObject({ environment: 'staging', retired: true, changed: true, created: false, revision: 4 });
    expect(headers['etag']).toBe('"4"');
    expect((await retire('staging')).data).toMatchObject({ changed: false });
    expect((await define('staging', { type: 'staging' })).data).toMatchObject({ retired: false, created: false, revision: 5 });
  });
});

describe('nodes of an environment that takes parents', () => {
  const report = { environment: 'qa', service: 'engine', state: 'waiting', running: null, rejected: null };
  test('hold the definition back until they can verify layers, unless they are accepted as they are', async () => {
    await define('qa');
    await define('low', { inheritsFrom: ['qa'] });
    await given.ask('POST /nodes/engine-1', { body: { ...report, environment: 'low' } });
    const refused = await below('qa', 'testing');
    expect(refused).toMatchObject({ status: 409, code: 'NODES_TOO_OLD' });
    expect(refused.body.error).toContain('engine-1 (low.engine)');
    expect((await define('qa', { inheritsFrom: ['testing'] }, '?acceptOldNodes=true&dryRun=true')).status).toBe(200);
    await given.ask('POST /nodes/engine-1', {
      body: { ...report, environment: 'low' },
      headers: { 'x-confledger-sdk': '1; statements=1,2' },
    });
    expect((await below('qa', 'testing')).status).toBe(200);
  });
});

describe('while an upgrade is not finished', () => {
  const older = { id: 'an-older-api', release: '0.0.9', features: [] };
  test('nothing is defined or retired while an older api shows its heartbeat, and both are when it is stale', async () => {
    await given.heartbeats.write(older);
    const refused = await define('qa');
    expect(refused).toMatchObject({ status: 409, code: 'UPGRADE_UNFINISHED' });
    expect(refused.body.error).toContain('an-older-api (release 0.0.9)');
    expect((await retire('staging')).code).toBe('UPGRADE_UNFINISHED');
    given.pass(30_000);
    expect((await define('qa')).status).toBe(200);
    await given.heartbeats.write({ ...older, features: ['environments', 'schemas', 'references'] });
    expect((await retire('qa')).status).toBe(200);
  });
  test('nothing is defined while heartbeats cannot be read, and environments are shown', async () => {
    Object.assign(given.heartbeats, { list: () => Promise.reject(new ReadModelUnavailable('away')) });
    expect(await define('qa')).toMatchObject({ status: 503, code: 'READ_MODEL_UNAVAILABLE' });
    expect(await listed()).toHaveLength(4);
  });
  test('an installation that existed before waits for CONFLEDGER_FEATURES', async () => {
    const existing = await startApi({}, undefined, true);
    try {
      const refused = await existing.ask('PUT /environments/qa', { body: { type: 'testing' } });
      expect(refused).toMatchObject({ status: 409, code: 'UPGRADE_UNFINISHED' });
      expect(refused.body.details[0]?.remedy).toContain('CONFLEDGER_FEATURES=environments');
      expect((await existing.ask('PUT /configurations/engine', { body: { configuration: { a: 1 } } })).status).toBe(200);
    } finally {
      await existing.close();
    }
  });
});

test('the status names the environments that are not retired, and a metric counts them', async () => {
  await define('qa');
  await retire('staging');
  expect((await given.ask('GET /status')).data.environments).toEqual(['development', 'testing', 'production', 'qa']);
  expect((await given.ask('GET /metrics')).text).toMatch(/^confledger_environments 4$/m);
});
