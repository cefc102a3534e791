// Retiring and restoring a ledger over HTTP: what goes on, what is refused, what lists show, and two calls at once.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

let given: ApiUnderTest;
let service = '';
let LEDGER = '';
let ledgers = 0;
beforeAll(async () => {
  given = await startApi();
});
beforeEach(() => {
  ledgers += 1;
  service = `mistake-${ledgers}`;
  LEDGER = `/configurations/${service}`;
});
afterAll(() => given.close());

/** Version 1 { limit: 1 } is active and tagged `good`, version 4 { limit: 2 } is pending. */
async function givenRunning(): Promise<void> {
  await given.ask(`PUT ${LEDGER}`, { body: { configuration: { limit: 1 }, activate: true } });
  await given.ask(`PUT ${LEDGER}/versions/1/tags/good`);
  expect((await given.ask(`PUT ${LEDGER}/limit`, { body: { value: 2 } })).data['version']).toBe(4);
}

async function givenRetired(): Promise<void> {
  await givenRunning();
  expect((await given.ask(`POST ${LEDGER}/retire`)).status).toBe(200);
}

const typesOf = async (): Promise<string[]> =>
  (await given.store.readStream(`config-production.${service}`, { limit: 1_000 })).map(({ type }) => type);

/** The services in a list, those of this test alone. */
async function listed(query = ''): Promise<unknown[]> {
  await given.projected();
  const { data } = await given.ask(`GET /configurations?limit=500${query}`);
  return data.items.filter((item) => item['service'] === service).map(({ environment, retired }) => [environment, retired]);
}

describe('retire', () => {
  test('is one event with who and why, answered as a write that leaves version, digest and entity tag as they were', async () => {
    await givenRunning();
    const before = await given.ask(`GET ${LEDGER}`);
    const answer = await given.ask(`POST ${LEDGER}/retire`, { body: { reason: 'made by mistake' } });
    expect([answer.status, answer.headers.etag]).toEqual([200, before.headers.etag]);
    expect(answer.data).toMatchObject({
      service,
      version: 4,
      active: 1,
      pending: 1,
      digest: before.data.digest,
      changed: true,
      created: false,
      dryRun: false,
      changeCount: 0,
      activated: null,
      next: null,
    });
    await given.projected();
    const { data } = await given.ask(`GET /audit?service=${service}&type=LedgerRetired`);
    expect(data.items).toMatchObject([
      { environment: 'production', revision: 5, version: null, path: null, actor: 'alice', reason: 'made by mistake', abandoned: false },
    ]);
  });

  test('of a retired ledger changes nothing, and neither does a dry run', async () => {
    await givenRunning();
    const before = await given.store.lastPosition();
    expect((await given.ask(`POST ${LEDGER}/retire?dryRun=true`)).data).toMatchObject({ changed: true, dryRun: true });
    expect(await given.store.lastPosition()).toBe(before);
    await given.ask(`POST ${LEDGER}/retire`);
    const again = await given.ask(`POST ${LEDGER}/retire`);
    expect([again.status, again.data['changed'], again.data['next']]).toEqual([200, false, null]);
    expect(await given.store.lastPosition()).toBe(before + 1n);
  });

  test('of no ledger is 404, and of one environment leaves the others alone', async () => {
    expect(await given.ask(`POST ${LEDGER}/retire`)).toMatchObject({ status: 404, code: 'LEDGER_UNKNOWN' });
    expect(await given.ask(`POST ${LEDGER}/restore`)).toMatchObject({ status: 404, code: 'LEDGER_UNKNOWN' });
    await givenRunning();
    await given.ask(`PUT ${LEDGER}?environment=staging`, { body: { configuration: { a: 1 } } });
    await given.ask(`POST ${LEDGER}/retire`, { body: { environment: 'staging' } });
    expect(await given.ask(`PUT ${LEDGER}/a?environment=staging`, { body: { value: 2 } })).toMatchObject({ code: 'LEDGER_RETIRED' });
    expect((await given.ask(`PUT ${LEDGER}/limit`, { body: { value: 3 } })).status).toBe(200);
  });

  test('is guarded by If-Match and expectedVersion, and repeated by its Idempotency-Key', async () => {
    await givenRunning();
    const stale = { headers: { 'if-match': '"1"' } };
    expect(await given.ask(`POST ${LEDGER}/retire`, stale)).toMatchObject({ status: 412, code: 'IF_MATCH_FAILED' });
    expect((await given.ask(`POST ${LEDGER}/retire`, { body: { expectedVersion: 1 } })).code).toBe('EXPECTED_VERSION_CONFLICT');
    const fresh = { body: { expectedVersion: 4 }, headers: { 'if-match': '"4"', 'idempotency-key': `retire-${service}` } };
    const first = await given.ask(`POST ${LEDGER}/retire`, fresh);
    await given.ask(`POST ${LEDGER}/restore`);
    const again = await given.ask(`POST ${LEDGER}/retire`, fresh);
    expect([first.status, again.status, again.headers['idempotency-replayed']]).toEqual([200, 200, 'true']);
    expect({ ...again.data, position: null }).toEqual({ ...first.data, position: null });
    expect((await typesOf()).slice(-2)).toEqual(['LedgerRetired', 'LedgerRestored']);
  });
});

describe('a retired ledger', () => {
  const refusals = (): [string, object?][] => [
    [`POST ${LEDGER}`, { configuration: { limit: 9 } }],
    [`PUT ${LEDGER}`, { configuration: { limit: 9 } }],
    [`PUT ${LEDGER}`, { configuration: { limit: 2 } }],
    [`PUT ${LEDGER}?dryRun=true`, { configuration: { limit: 9 } }],
    [`PUT ${LEDGER}/environments/production`, { configuration: { limit: 9 } }],
    [`PATCH ${LEDGER}`, { configuration: { limit: 9 } }],
    [`DELETE ${LEDGER}`],
    [`PUT ${LEDGER}/limit`, { value: 9, activate: true }],
    [`PUT ${LEDGER}/value?path=other`, { value: 9 }],
    [`DELETE ${LEDGER}/limit`],
    [`DELETE ${LEDGER}/value?path=limit`],
    [`POST ${LEDGER}/batch`, { operations: [{ type: 'SET', key: 'limit', value: 9 }] }],
    [`POST ${LEDGER}/versions/latest/activate`],
    [`POST ${LEDGER}/versions/4/activate?dryRun=true`],
    [`POST ${LEDGER}/versions/1/rollback`],
    [`PUT ${LEDGER}/versions/latest/tags/new`],
    [`DELETE ${LEDGER}/versions/1/tags/good`],
  ];

  test('refuses every write, tag, activation and rollback, and says how it is restored', async () => {
    await givenRetired();
    const before = await given.store.lastPosition();
    for (const [call, body] of refusals()) {
      const answer = await given.ask(call, { ...(body && { body }) });
      expect([call, answer.status, answer.code]).toEqual([call, 409, 'LEDGER_RETIRED']);
      expect(JSON.stringify(answer.body)).toContain(`Restore it with POST /configurations/${service}/restore?environment=production`);
    }
    expect(await given.store.lastPosition()).toBe(before);
  });

  test('is refused as retired whatever entity tag the client gives: no tag would help', async () => {
    await givenRetired();
    for (const headers of [{ 'if-match': '"1"' }, { 'if-match': '*' }, { 'if-none-match': '*' }])
      expect((await given.ask(`PUT ${LEDGER}/limit`, { body: { value: 9 }, headers })).code).toBe('LEDGER_RETIRED');
  });

  test('is read as before: document, value, versions, difference, history and audit', async () => {
    await givenRetired();
    await given.projected();
    expect((await given.ask(`GET ${LEDGER}`)).data).toMatchObject({ version: 4, active: 1, pending: 1, configuration: { limit: 2 } });
    expect((await given.ask(`GET ${LEDGER}?version=active`)).data.configuration).toEqual({ limit: 1 });
    expect((await given.ask(`GET ${LEDGER}/limit?version=good`)).data['value']).toBe(1);
    expect((await given.ask(`GET ${LEDGER}/versions`)).data.items.map(({ version }) => version)).toEqual([4, 1]);
    expect((await given.ask(`GET ${LEDGER}/diff`)).data.items).toEqual([{ path: 'limit', before: 1, after: 2 }]);
    expect((await given.ask(`GET ${LEDGER}/history?path=limit`)).data.items).toHaveLength(2);
    expect((await given.ask(`GET /audit?service=${service}&limit=1`)).data.items).toMatchObject([{ type: 'LedgerRetired' }]);
  });

  test('gives its nodes what they report about, and takes their reports', async () => {
    await givenRetired();
    const { digest } = (await given.ask(`GET ${LEDGER}?version=active`)).data;
    const running = { version: 1, activation: 2, digest, activatedAt: '2026-07-01T12:00:00.000Z' };
    const report = { environment: 'production', service, state: 'ready', running, rejected: null };
    expect((await given.ask(`POST /nodes/${service}`, { body: report })).status).toBe(201);
    expect((await given.ask(`GET /nodes?service=${service}`)).data.items).toMatchObject([{ active: 1, upToDate: true }]);
  });

  test('answers the repetition of a write that was acknowledged before', async () => {
    await givenRunning();
    const write = { body: { value: 7 }, headers: { 'idempotency-key': `write-${service}` } };
    const first = await given.ask(`PUT ${LEDGER}/other`, write);
    await given.ask(`POST ${LEDGER}/retire`);
    const again = await given.ask(`PUT ${LEDGER}/other`, write);
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([200, 'true']);
    expect({ ...again.data, position: null }).toEqual({ ...first.data, position: null });
  });
});

describe('restore', () => {
  test('takes the ledger back as it stood, and everything is taken again', async () => {
    await givenRetired();
    const answer = await given.ask(`POST ${LEDGER}/restore`, { body: { reason: 'it was none' } });
    expect(answer.status).toBe(200);
    expect(answer.data).toMatchObject({
      version: 4,
      active: 1,
      pending: 1,
      changed: true,
      created: false,
      next: { method: 'POST', url: `/api/v1/configurations/${service}/versions/4/activate?environment=production` },
    });
    expect((await given.ask(`POST ${LEDGER}/versions/latest/activate`)).status).toBe(200);
    expect((await given.ask(`PUT ${LEDGER}/limit`, { body: { value: 3, activate: true } })).status).toBe(200);
    await given.projected();
    const { data } = await given.ask(`GET /audit?service=${service}&type=LedgerRestored`);
    expect(data.items).toMatchObject([{ version: null, actor: 'alice', reason: 'it was none' }]);
  });

  test('of a ledger that is not retired changes nothing', async () => {
    await givenRunning();
    const before = await given.store.lastPosition();
    const answer = await given.ask(`POST ${LEDGER}/restore`);
    expect([answer.status, answer.data['changed']]).toEqual([200, false]);
    expect(await given.store.lastPosition()).toBe(before);
  });
});

describe('the list of ledgers', () => {
  test('leaves retired ledgers out, unless it is asked for them', async () => {
    await givenRunning();
    await given.ask(`PUT ${LEDGER}?environment=staging`, { body: { configuration: { a: 1 } } });
    await given.ask(`POST ${LEDGER}/retire?environment=staging`);
    expect(await listed()).toEqual([['production', false]]);
    expect(await listed('&retired=false')).toEqual([['production', false]]);
    expect(await listed('&retired=true')).toEqual([['staging', true]]);
    expect(await listed('&retired=all')).toEqual([
      ['production', false],
      ['staging', true],
    ]);
    expect(await listed('&retired=all&environment=staging')).toEqual([['staging', true]]);
    await given.ask(`POST ${LEDGER}/restore?environment=staging`);
    expect(await listed('&retired=true')).toEqual([]);
    expect(await given.ask('GET /configurations?retired=maybe')).toMatchObject({ status: 400, code: 'QUERY_PARAMETER_INVALID' });
  });
});

describe('two at once', () => {
  test('writes and a retirement have one order: each write that was answered stands before it, every other one is refused', async () => {
    await givenRunning();
    const write = (value: number) => given.ask(`PUT ${LEDGER}/w${value}`, { body: { value } });
    const early = Array.from({ length: 20 }, (_, value) => write(value));
    const retired = given.ask(`POST ${LEDGER}/retire`, { body: { reason: 'made by mistake' } });
    const late = Array.from({ length: 20 }, (_, value) => write(20 + value));
    const answers = await Promise.all([...early, ...late]);
    expect((await retired).data['changed']).toBe(true);
    const taken = answers.filter(({ status }) => status === 200);
    const others = answers.filter(({ status }) => status !== 200);
    expect(taken.length).toBeGreaterThan(0);
    expect(others.length).toBeGreaterThan(0);
    for (const { status, code } of others) expect([status, code]).toEqual([409, 'LEDGER_RETIRED']);
    const types = await typesOf();
    expect(types.at(-1)).toBe('LedgerRetired');
    expect(types.filter((type) => type === 'ConfigSet')).toHaveLength(2 + taken.length);
  });

  test('two retirements are one event', async () => {
    await givenRunning();
    const answers = await Promise.all(Array.from({ length: 5 }, () => given.ask(`POST ${LEDGER}/retire`)));
    expect(answers.filter(({ data }) => data['changed'] === true)).toHaveLength(1);
    expect((await typesOf()).filter((type) => type === 'LedgerRetired')).toHaveLength(1);
  });
});
