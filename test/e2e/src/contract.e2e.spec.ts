// The day of a client that knows the contract and nothing else, against what npm start runs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@confledger/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ContractClient } from './contract-client.js';
import { startStandalone, type Standalone } from './standalone.js';

const LEDGER = '/configurations/desk';
let data: string;
let standalone: Standalone;
let client: ContractClient;

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'confledger-contract-'));
  standalone = await startStandalone(data);
  client = new ContractClient(standalone.url, standalone.token);
});
afterAll(async () => {
  await standalone?.end('SIGTERM');
  rmSync(data, { recursive: true, force: true });
});

test('a ledger is created, written, read and deleted from', async () => {
  const configuration = { risk: { max: 5, name: 'a', open: true, none: null }, venues: ['x'] };
  const created = await client.ask('write', `POST ${LEDGER}`, { configuration, changeReason: 'first', environment: 'production' });
  expect([created.status, created.body.data.created, created.body.data.next?.method]).toEqual([201, true, 'POST']);
  expect((await client.ask('failure', `POST ${LEDGER}`, { configuration })).status).toBe(409);
  const read = await client.ask('document', `GET ${LEDGER}?environment=production&version=latest`);
  expect([read.status, read.body.data.configuration]).toEqual([200, configuration]);
  for (const [key, value] of Object.entries(configuration.risk)) {
    expect((await client.ask('value', `GET ${LEDGER}/risk.${key}`)).body.data).toMatchObject({ key: `risk.${key}`, value });
    expect((await client.ask('value', `GET ${LEDGER}/value?key=risk.${key}`)).body.data.value).toEqual(value);
  }
  const put = await client.ask('write', `PUT ${LEDGER}/risk.max`, { value: 6, changeReason: 'wider' });
  expect([put.status, put.body.data.changes]).toEqual([200, [{ path: 'risk.max', before: 5, after: 6 }]]);
  expect((await client.ask('write', `PATCH ${LEDGER}`, { configuration: { risk: { name: null } } })).body.data.changeCount).toBe(1);
  expect((await client.ask('write', `DELETE ${LEDGER}/risk.open`)).body.data.changes).toEqual([{ path: 'risk.open', before: true }]);
  expect((await client.ask('write', `PUT ${LEDGER}`, { configuration: { risk: { max: 6 }, venues: ['x'] } })).status).toBe(200);
  expect((await client.ask('failure', `GET ${LEDGER}/gone`)).body.code).toBe('KEY_NOT_FOUND');
});

test('a batch is 200, names each operation by its id, and is refused as a whole with the reason of each', async () => {
  const operations = [
    { id: 'limit', type: 'SET', key: 'risk.max', value: 7 },
    { type: 'SET', key: 'risk.min', value: 1 },
  ];
  const done = await client.ask('batch', `POST ${LEDGER}/batch`, { operations, changeReason: 'both' });
  expect([done.status, done.body.commit.changeCount]).toEqual([200, 2]);
  expect(done.body.data.map((each) => [each.operation, each.success, each.error])).toEqual([
    ['limit', true, undefined],
    ['1', true, undefined],
  ]);
  const refused = await client.ask('batchFailure', `POST ${LEDGER}/batch`, {
    operations: [...operations, { type: 'DELETE', key: 'gone' }],
  });
  expect([refused.status, refused.body.details[0]?.path, refused.body.operationCount]).toEqual([404, 'gone', 3]);
  expect(refused.body.operations.map(({ success, error }) => `${success} ${typeof error}`)).toEqual([
    'false string',
    'false string',
    'false string',
  ]);
  const values = await client.ask('values', `GET ${LEDGER}/batch?key=risk.max&key=gone`);
  expect(values.body.data).toMatchObject({ values: { 'risk.max': 7 }, missing: ['gone'] });
});

test('versions go live, come back, have tags, and are compared', async () => {
  const live = await client.ask('write', `POST ${LEDGER}/versions/latest/activate`, { changeReason: 'go' });
  const first = live.body.data.version ?? 0;
  expect([live.status, live.body.data.activated?.version, live.body.data.pending]).toEqual([200, first, 0]);
  expect((await client.ask('write', `PUT ${LEDGER}/versions/${first}/tags/good`)).status).toBe(200);
  expect((await client.ask('write', `PUT ${LEDGER}/risk.max`, { value: 100, activate: true })).body.data.activated?.previous).toBe(first);
  const difference = await client.ask('difference', `GET ${LEDGER}/diff?from=good&to=active`);
  expect(difference.body.data.items).toEqual([{ path: 'risk.max', before: 7, after: 100 }]);
  const back = await client.ask('rollback', `POST ${LEDGER}/versions/good/rollback`, { changeReason: 'too wide' });
  expect([back.status, back.body.data.digest]).toEqual([200, back.body.data.rollback.digest]);
  expect((await client.ask('document', `GET ${LEDGER}?version=active`)).body.data.digest).toBe(live.body.data.digest);
  const { position } = back.body.data;
  const versions = await client.ask('versions', `GET ${LEDGER}/versions?limit=2&atLeast=${position}`);
  expect([versions.body.data.items.length, versions.body.data.items[0]?.reason]).toEqual([2, 'too wide']);
  const next = await client.ask('versions', `GET ${LEDGER}/versions?limit=2&cursor=${versions.body.data.next}`);
  expect(next.body.data.items[0]?.version).toBeLessThan(versions.body.data.items[1]?.version ?? 0);
});

test('what happened is listed: of a path, of everything, and of all ledgers', async () => {
  const history = await client.ask('history', `GET ${LEDGER}/history?key=risk.max`);
  expect(history.body.data.items[0]).toMatchObject({ path: 'risk.max', before: 100, after: 7, actor: 'admin' });
  const audit = await client.ask('audit', 'GET /audit?service=desk&type=VersionActivated&key=**');
  expect(audit.body.data.items.every(({ type }) => type === 'VersionActivated')).toBe(true);
  const ledgers = await client.ask('ledgers', 'GET /configurations?environment=production');
  expect(ledgers.body.data.items).toContainEqual(expect.objectContaining({ service: 'desk', readable: true, pending: 0 }));
});

test('conditions hold: If-Match, If-None-Match, expectedVersion, expectedActive, Idempotency-Key, dryRun', async () => {
  const read = await client.ask('value', `GET ${LEDGER}/risk.max`);
  const tag = read.headers.get('etag') ?? '';
  expect((await client.ask('write', `PUT ${LEDGER}/risk.max`, { value: 8, dryRun: true }, { 'if-match': tag })).body.data.changed).toBe(
    true,
  );
  expect((await client.ask('write', `PUT ${LEDGER}/risk.max`, { value: 8 }, { 'if-match': tag })).status).toBe(200);
  expect((await client.ask('failure', `PUT ${LEDGER}/risk.max`, { value: 9 }, { 'if-match': tag })).status).toBe(412);
  expect((await client.ask('failure', `PUT ${LEDGER}/risk.max`, { value: 9 }, { 'if-none-match': '*' })).status).toBe(412);
  expect((await client.ask('failure', `PUT ${LEDGER}/risk.max`, { value: 9, expectedVersion: 1 })).status).toBe(409);
  expect((await client.ask('failure', `POST ${LEDGER}/versions/latest/activate`, { expectedActive: 1 })).status).toBe(409);
  const key = { 'idempotency-key': 'once' };
  const first = await client.ask('write', `PUT ${LEDGER}/once`, { value: 1 }, key);
  const again = await client.ask('write', `PUT ${LEDGER}/once`, { value: 1 }, key);
  expect([again.headers.get('idempotency-replayed'), again.body.data.version]).toEqual(['true', first.body.data.version]);
});

test('a node reports, is listed, and is fed what runs', async () => {
  const report = { environment: 'production', service: 'desk', state: 'waiting', running: null, rejected: null };
  expect((await client.ask('node', 'POST /nodes/desk-1', report)).status).toBe(201);
  expect((await client.ask('nodes', 'GET /nodes?service=desk')).body.data.items).toMatchObject([{ name: 'desk-1', state: 'waiting' }]);
  expect(await client.feedUntil('synchronized', 'environment=production&service=desk')).toEqual([
    'reset',
    'leaf',
    'leaf',
    'leaf',
    'active',
    'synchronized',
  ]);
});

test('the system says how it is', async () => {
  await eventually(async () => (await client.ask('status', 'GET /status')).body.data.readModel.lagMs === 0);
  for (const place of ['/health', '/health/live', '/health/ready']) expect((await client.ask('health', `GET ${place}`)).status).toBe(200);
  expect((await client.ask('text', 'GET /metrics')).body).toContain('confledger_');
});

test('what is wrong is 400, 401, 404, 409, 412 or 413, with a code and a remedy', async () => {
  const asked: readonly (readonly [number, string, string, unknown?])[] = [
    [400, 'QUERY_PARAMETER_UNKNOWN', `GET ${LEDGER}?enviroment=staging`],
    [400, 'BODY_MEMBER_MISSING', `PUT ${LEDGER}`, { risk: 1 }],
    [404, 'ENVIRONMENT_UNKNOWN', `GET ${LEDGER}?environment=nowhere`],
    [404, 'LEDGER_UNKNOWN', 'GET /configurations/nobody'],
    [404, 'ROUTE_UNKNOWN', 'GET /credentials'],
    [413, 'VALUE_TOO_LARGE', `PUT ${LEDGER}/large`, { value: 'x'.repeat(600_000) }],
  ];
  for (const [status, code, call, body] of asked) {
    const answer = await client.ask('failure', call, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  }
  const stranger = new ContractClient(standalone.url, 'not-a-token');
  expect((await stranger.ask('failure', `GET ${LEDGER}`)).status).toBe(401);
});
