import type { WriteAnswer } from '@confledger/contracts/http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

let given: ApiUnderTest;
let service = 'engine-0';
let LEDGER = '';
let ledgers = 0;
beforeAll(async () => {
  given = await startApi();
});
beforeEach(() => {
  ledgers += 1;
  service = `engine-${ledgers}`;
  LEDGER = `/configurations/${service}`;
});
afterAll(() => given.close());

async function givenDocument(configuration: unknown = { risk: { maxPositionSize: 500, currency: 'EUR' } }): Promise<void> {
  const answer = await given.ask(`PUT ${LEDGER}`, { body: { configuration } });
  expect(answer.status).toBe(200);
}

async function givenActive(configuration?: unknown): Promise<void> {
  await givenDocument(configuration);
  const answer = await given.ask(`POST ${LEDGER}/versions/latest/activate`);
  expect(answer.status).toBe(200);
}

describe('documents', () => {
  test('a PUT that creates answers 200 with created, what it changed, and the call that would activate it', async () => {
    const answer = await given.ask(`PUT ${LEDGER}`, { body: { configuration: { risk: { max: 5 } }, changeReason: 'first limits' } });
    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe('"1"');
    expect(answer.data).toMatchObject({
      environment: 'production',
      service,
      version: 1,
      active: null,
      pending: 1,
      changed: true,
      created: true,
      changeCount: 1,
      changes: [{ path: 'risk.max', after: 5 }],
      next: { method: 'POST', url: `/api/v1/configurations/${service}/versions/1/activate?environment=production` },
    });
  });

  test('a POST creates with 201, and refuses a ledger that is there', async () => {
    const first = await given.ask(`POST ${LEDGER}`, { body: { configuration: { a: 1 } } });
    const second = await given.ask(`POST ${LEDGER}`, { body: { configuration: { a: 2 } } });
    expect(first.status).toBe(201);
    expect(second.code).toBe('LEDGER_EXISTS');
  });

  test('an empty document makes a ledger without a version, which cannot be activated', async () => {
    const answer = await given.ask(`POST ${LEDGER}`, { body: { configuration: {} } });
    expect(answer.status).toBe(201);
    expect(answer.data).toMatchObject({ version: null, pending: 0, next: null, created: true });
    expect(answer.headers.etag).toBe('"0"');
    const read = await given.ask(`GET ${LEDGER}`, { headers: { 'if-none-match': '"0"' } });
    expect(read.status).toBe(304);
    const activation = await given.ask(`POST ${LEDGER}/versions/latest/activate`);
    expect(activation.code).toBe('NOTHING_TO_ACTIVATE');
    const version = await given.ask(`GET ${LEDGER}/versions/latest`);
    expect(version.data.item).toBeNull();
  });

  test('a client reads what it wrote, nested or flat, in every environment form', async () => {
    await given.ask(`PUT ${LEDGER}/environments/staging`, { body: { configuration: { risk: { max: 5, 'a.b': [] } } } });
    const nested = await given.ask(`GET ${LEDGER}?environment=staging`);
    const flat = await given.ask(`GET ${LEDGER}/environments/staging?format=flat`);
    expect(nested.data.configuration).toEqual({ risk: { max: 5, 'a.b': [] } });
    expect(flat.data.configuration).toEqual({ 'risk.max': 5, 'risk.a\\.b': [] });
    expect((await given.ask(`GET ${LEDGER}`)).code).toBe('LEDGER_UNKNOWN');
  });

  test('PATCH merges as RFC 7396 says, DELETE deletes every leaf', async () => {
    await givenDocument();
    const merged = await given.ask(`PATCH ${LEDGER}`, {
      body: { configuration: { risk: { currency: null, venue: 'X' } } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(merged.data.changes).toEqual([
      { path: 'risk.currency', before: 'EUR' },
      { path: 'risk.venue', after: 'X' },
    ]);
    const deleted = await given.ask(`DELETE ${LEDGER}`);
    expect(deleted.data.changeCount).toBe(2);
    expect((await given.ask(`GET ${LEDGER}`)).data.configuration).toEqual({});
  });

  test('what changes nothing is answered with changed: false and writes nothing', async () => {
    await givenDocument();
    const before = await given.store.lastPosition();
    const answer = await given.ask(`PUT ${LEDGER}`, { body: { configuration: { risk: { currency: 'EUR', maxPositionSize: 500 } } } });
    expect(answer.data).toMatchObject({ changed: false, created: false, changeCount: 0, version: 2 });
    expect(await given.store.lastPosition()).toBe(before);
  });

  test('a dry run of an activation says what would go live, without number, key and signature: nothing is signed', async () => {
    for (const value of [0, 1]) await given.ask(`PUT ${LEDGER}/dry.first`, { body: { value, activate: 'all' } });
    await given.ask(`PUT ${LEDGER}/dry.second`, { body: { value: 2 } });
    const operations = [{ type: 'SET', path: 'dry.third', value: 3 }];
    for (const [call, body] of [
      [`PUT ${LEDGER}/dry.third`, { value: 3, activate: 'all' }],
      [`POST ${LEDGER}/batch`, { operations, activate: 'all' }],
      [`POST ${LEDGER}/versions/latest/activate`, {}],
      [`POST ${LEDGER}/versions/previous/rollback`, {}],
    ] as const) {
      const { status, body: answer } = await given.ask(call, { body: { ...body, dryRun: true } });
      const { activated } = (answer['commit'] ?? answer.data) as unknown as WriteAnswer;
      expect([call, status, activated]).toEqual([
        call,
        200,
        expect.objectContaining({ activation: null, keyId: null, signature: null, digest: expect.any(String) as string }),
      ]);
    }
    const real = (await given.ask(`POST ${LEDGER}/versions/latest/activate`)).data as unknown as WriteAnswer;
    expect(real.activated).toMatchObject({ activation: expect.any(Number), signature: expect.stringMatching(/^.{86}$/) });
  });

  test('a dry run gives the answer that the write would, and writes nothing', async () => {
    await givenDocument();
    const before = await given.store.lastPosition();
    const unchanged = await given.ask(`PUT ${LEDGER}/risk.maxPositionSize?dryRun=true`, { body: { value: 500 } });
    expect(unchanged.data).toMatchObject({ changed: false, dryRun: true });
    const inBody = await given.ask(`PUT ${LEDGER}/risk.maxPositionSize`, { body: { value: 7, dryRun: true } });
    const inQuery = await given.ask(`PUT ${LEDGER}/risk.maxPositionSize?dryRun=true`, { body: { value: 7 } });
    expect(inBody.data).toMatchObject({
      dryRun: true,
      changed: true,
      changes: [{ path: 'risk.maxPositionSize', before: 500, after: 7 }],
      next: null,
    });
    expect(inQuery.data.changes).toEqual(inBody.data.changes);
    expect(await given.store.lastPosition()).toBe(before);
  });

  test('options may stand in the query or in the body', async () => {
    await givenActive();
    const answer = await given.ask(`DELETE ${LEDGER}/risk.currency?changeReason=not+used&activate=true&expectedVersion=2&expectedActive=2`);
    expect(answer.data).toMatchObject({ changed: true, pending: 0, activated: { previous: 2, tookLiveCount: 1 } });
    await given.projected();
    const audit = await given.ask('GET /audit?limit=1');
    expect(audit.data.items[0]).toMatchObject({ type: 'VersionActivated', reason: 'not used', actor: 'alice', method: 'token' });
  });

  test('only the first 100 changes are named, and a value over 4 KiB is shown by digest and size', async () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`k${1000 + index}`, index]));
    const answer = await given.ask(`PUT ${LEDGER}`, { body: { configuration: { ...many, a: 'x'.repeat(4_095), b: 'x'.repeat(4_000) } } });
    expect(answer.data.changeCount).toBe(152);
    expect(answer.data.changes).toHaveLength(100);
    expect(answer.data.changes[0]).toEqual({ path: 'a', after: { digest: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: 4_097 } });
    expect(answer.data.changes[1]?.after).toHaveLength(4_000);
  });
});

describe('values', () => {
  test('a value is set, read and deleted by its path in the URL, and null is a value', async () => {
    await given.ask(`PUT ${LEDGER}/risk.limit`, { body: { value: null } });
    const read = await given.ask(`GET ${LEDGER}/risk.limit`);
    expect(read.data).toMatchObject({ key: 'risk.limit', value: null });
    const subtree = await given.ask(`GET ${LEDGER}/risk`);
    expect(subtree.data.value).toEqual({ limit: null });
    expect((await given.ask(`DELETE ${LEDGER}/risk.limit`)).data.changes).toEqual([{ path: 'risk.limit', before: null }]);
  });

  test('PUT of an object makes the subtree equal to it', async () => {
    await givenDocument();
    const answer = await given.ask(`PUT ${LEDGER}/risk`, { body: { value: { currency: 'EUR', venue: 'X' } } });
    expect(answer.data.changes).toEqual(
      [
        { path: 'risk.maxPositionSize', before: 500 },
        { path: 'risk.venue', after: 'X' },
      ].sort((a, b) => (a.path < b.path ? -1 : 1)),
    );
  });

  test('names that the URL form cannot hold are reached by value?key=', async () => {
    await givenDocument({ versions: { a: 1 }, 'x/y?#%': 2, '..': { 'a.b': 3 } });
    for (const [key, value] of [
      ['versions', { a: 1 }],
      ['x/y?#%', 2],
      ['\\.\\.', { 'a.b': 3 }],
      ['\\.\\..a\\.b', 3],
    ] as const) {
      const encoded = encodeURIComponent(key);
      expect((await given.ask(`GET ${LEDGER}/value?key=${encoded}`)).data.value).toEqual(value);
      if (key !== 'versions') expect((await given.ask(`GET ${LEDGER}/${encoded}`)).data.value).toEqual(value);
    }
    expect((await given.ask(`PUT ${LEDGER}/value?key=batch`, { body: { value: 1 } })).data.changes).toEqual([{ path: 'batch', after: 1 }]);
    expect((await given.ask(`DELETE ${LEDGER}/value?key=batch`)).data.changeCount).toBe(1);
  });

  test('a path of 255 bytes is reachable in every form, whatever its characters', async () => {
    const path = `${'é'.repeat(120)}.${'/'.repeat(14)}`;
    expect(Buffer.byteLength(path)).toBe(255);
    const encoded = encodeURIComponent(path);
    expect((await given.ask(`PUT ${LEDGER}/${encoded}`, { body: { value: 1 } })).status).toBe(200);
    expect((await given.ask(`GET ${LEDGER}/${encoded}`)).data.key).toBe(path);
    expect((await given.ask(`GET ${LEDGER}/value?key=${encoded}`)).data.value).toBe(1);
    expect((await given.ask(`GET ${LEDGER}/batch?key=${encoded}`)).data.values).toEqual({ [path]: 1 });
    expect((await given.ask(`GET ${LEDGER}/history?key=${encoded}`)).status).toBe(200);
  });

  test('a value that is not there is 404 with the nearest that is', async () => {
    await givenDocument();
    const answer = await given.ask(`GET ${LEDGER}/risk.maxPositonSize`);
    expect(answer.code).toBe('KEY_NOT_FOUND');
    expect(answer.body.error).toContain('did you mean risk.maxPositionSize');
  });
});

describe('entity tags', () => {
  test('on a path only changes to that path conflict', async () => {
    await givenDocument();
    const seen = await given.ask(`GET ${LEDGER}/risk.maxPositionSize`);
    await given.ask(`PUT ${LEDGER}/risk.currency`, { body: { value: 'USD' } });
    const etag = String(seen.headers.etag);
    const kept = await given.ask(`PUT ${LEDGER}/risk.maxPositionSize`, { body: { value: 1 }, headers: { 'if-match': etag } });
    const stale = await given.ask(`PUT ${LEDGER}/risk.maxPositionSize`, { body: { value: 2 }, headers: { 'if-match': etag } });
    expect(kept.status).toBe(200);
    expect(stale.status).toBe(412);
    expect(stale.code).toBe('IF_MATCH_FAILED');
  });

  test('If-None-Match: * creates only; on readings a tag that is still right gives 304', async () => {
    const create = { body: { value: 1 }, headers: { 'if-none-match': '*' } };
    expect((await given.ask(`PUT ${LEDGER}/a`, create)).status).toBe(200);
    expect((await given.ask(`PUT ${LEDGER}/a`, create)).code).toBe('IF_NONE_MATCH_FAILED');
    for (const tag of ['"1"', 'W/"1"', '"7", "1"', '*']) {
      const read = await given.ask(`GET ${LEDGER}/a`, { headers: { 'if-none-match': tag } });
      expect([tag, read.status, read.text]).toEqual([tag, 304, '']);
    }
    expect((await given.ask(`GET ${LEDGER}`, { headers: { 'if-none-match': '"9"' } })).status).toBe(200);
    expect((await given.ask(`GET ${LEDGER}`, { headers: { 'if-match': '"9"' } })).status).toBe(412);
  });

  test('If-Match and expectedVersion given together must both hold', async () => {
    await givenDocument();
    const headers = { 'if-match': '"2"' };
    const other = await given.ask(`PUT ${LEDGER}`, { body: { configuration: {}, expectedVersion: 1 }, headers });
    expect(other.code).toBe('EXPECTED_VERSION_CONFLICT');
    const both = await given.ask(`PUT ${LEDGER}`, { body: { configuration: {}, expectedVersion: 2 }, headers });
    expect(both.status).toBe(200);
  });
});

describe('repetition', () => {
  test('a repeated Idempotency-Key gives the first answer again, and says so', async () => {
    const request = { body: { value: 1 }, headers: { 'idempotency-key': 'k-1' } };
    const first = await given.ask(`PUT ${LEDGER}/a`, request);
    await given.ask(`PUT ${LEDGER}/a`, { body: { value: 2 } });
    const again = await given.ask(`PUT ${LEDGER}/a`, request);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.headers.etag).toBe(first.headers.etag);
    expect({ ...again.data, position: null }).toEqual({ ...first.data, position: null });
    expect(first.data.commandId).toBe('k-1');
  });
});

describe('the short call that activates', () => {
  test('takes the newest version live, or the one that is named, with the options of every write', async () => {
    await givenDocument();
    await given.ask(`PUT ${LEDGER}/more`, { body: { value: 1 } });
    const tried = await given.ask(`POST ${LEDGER}/activate?dryRun=true`);
    expect(tried.data).toMatchObject({ changed: true, dryRun: true, active: tried.data['version'] });
    const newest = await given.ask(`POST ${LEDGER}/activate`, { body: { reason: 'go' } });
    expect([newest.status, newest.data['active'], newest.data['pending']]).toEqual([200, newest.data['version'], 0]);
    const older = await given.ask(`POST ${LEDGER}/activate?version=previous`);
    expect([older.status, older.code]).toEqual([404, 'NOTHING_PREVIOUS']);
    await given.projected();
    expect((await given.ask(`GET /audit?service=${LEDGER.split('/').at(-1)}&type=VersionActivated`)).data.items).toMatchObject([
      { reason: 'go' },
    ]);
    expect((await given.ask('POST /configurations/nobody/activate')).code).toBe('LEDGER_UNKNOWN');
  });
});

describe('batches', () => {
  test('a batch is one change set, and says for each operation what it changed', async () => {
    await givenDocument();
    const operations = [
      { type: 'SET', key: 'risk.maxPositionSize', value: 900 },
      { id: 'second', type: 'DELETE', key: 'risk.currency' },
      { type: 'SET', key: 'venues', value: { a: 1, b: 2 } },
      { type: 'DELETE', key: 'venue\\.s' },
    ];
    const refused = await given.ask(`POST ${LEDGER}/batch`, { body: { operations } });
    expect(refused.status).toBe(404);
    const problem = refused.body.details[0];
    expect(problem).toMatchObject({ path: 'venue\\.s', rule: 'key-not-found' });
    expect(refused.body.operations).toEqual([
      { operation: '0', success: false, error: expect.stringContaining('because the batch was refused') },
      { operation: 'second', success: false, error: expect.stringContaining('because the batch was refused') },
      { operation: '2', success: false, error: expect.stringContaining('because the batch was refused') },
      { operation: '3', success: false, error: problem?.message, problem },
    ]);
    expect(refused.body).toMatchObject({ operationCount: 4, detailCount: 1, truncated: [] });
    const answer = await given.ask(`POST ${LEDGER}/batch`, { body: { operations: operations.slice(0, 3), changeReason: 'wider' } });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual([
      { operation: '0', success: true, result: { changed: true, changeCount: 1 } },
      { operation: 'second', success: true, result: { changed: true, changeCount: 1 } },
      { operation: '2', success: true, result: { changed: true, changeCount: 2 } },
    ]);
    expect(answer.body.commit).toMatchObject({ changed: true, changeCount: 4, pending: 2 });
  });

  test('a reading of many values is of one version, and names what is missing', async () => {
    await givenDocument();
    const repeated = await given.ask(`GET ${LEDGER}/batch?key=risk.currency&key=no.such&key=risk.currency`);
    expect(repeated.data).toMatchObject({ values: { 'risk.currency': 'EUR' }, missing: ['no.such'], version: 2 });
    const listed = await given.ask(`GET ${LEDGER}/batch?keys=risk.currency,risk.maxPositionSize&version=2`);
    expect(listed.data.values).toEqual({ 'risk.currency': 'EUR', 'risk.maxPositionSize': 500 });
  });
});
