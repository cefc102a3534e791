// What queries and waiting do while Postgres is away, silent, or back: they say so, and they recover.
import { ReadModelUnavailable, type ReadModel } from '@confledger/application';
import { LedgerLog, projectLog } from '@confledger/conformance';
import { createPool } from '@confledger/postgres';
import { eventually, freshDatabase, tcpProxy, throughProxy, type TcpProxy } from '@confledger/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPostgresApiHeartbeats } from './api-heartbeats.js';
import { createPostgresNodeReports } from './node-reports.js';
import { openProjectionStore } from './projection-store.js';
import { createPostgresReadModel } from './read-model.js';
import { migrateReadModel } from './schema.js';

const STATEMENT_TIMEOUT_MS = 300;

let connectionString: string;
let proxy: TcpProxy;
let readModel: ReadModel;

beforeEach(async () => {
  connectionString = await freshDatabase();
  await migrateReadModel({ connectionString });
  const { hostname, port } = new URL(connectionString);
  proxy = await tcpProxy({ host: hostname, port: Number(port) });
  readModel = createPostgresReadModel({
    connectionString: throughProxy(connectionString, proxy),
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    connectTimeoutMs: 500,
  });
});
afterEach(async () => {
  proxy.resume();
  await readModel.close();
  await proxy.close();
});

async function project(): Promise<bigint> {
  const log = new LedgerLog();
  log.change('production.trading-engine', { a: 1 });
  const pool = createPool({ connectionString });
  await projectLog(log, await openProjectionStore(pool, 'confledger'));
  await pool.end();
  return 2n;
}

test('While Postgres refuses connections queries are unavailable; when it is back they answer', async () => {
  expect(await readModel.position()).toBe(0n);
  proxy.shut();
  await expect(readModel.ledgers({}, { limit: 1 })).rejects.toBeInstanceOf(ReadModelUnavailable);
  await expect(readModel.waitFor(1n, 100)).rejects.toBeInstanceOf(ReadModelUnavailable);
  proxy.open();
  await eventually(async () => (await readModel.position()) === 0n);
});

test('Reports of nodes are unavailable with it, and so is their list', async () => {
  const pool = createPool({ connectionString: throughProxy(connectionString, proxy) });
  const reports = createPostgresNodeReports(pool);
  const report = {
    environment: 'production',
    service: 'trading-engine',
    name: 'engine-7',
    state: 'ready',
    running: null,
    rejected: null,
    sdk: null,
    resolution: {},
  } as const;
  proxy.shut();
  await expect(reports.put({ ...report, reportedAt: '2026-07-01T00:00:00.000Z' })).rejects.toBeInstanceOf(ReadModelUnavailable);
  await expect(reports.list({})).rejects.toBeInstanceOf(ReadModelUnavailable);
  await expect(reports.forget(0)).rejects.toBeInstanceOf(ReadModelUnavailable);
  await pool.end();
});

test('Heartbeats of apis are unavailable with it, and so is their list', async () => {
  const pool = createPool({ connectionString: throughProxy(connectionString, proxy) });
  const heartbeats = createPostgresApiHeartbeats(pool);
  proxy.shut();
  await expect(heartbeats.write({ id: 'a1', release: '0.1.0', features: [] })).rejects.toBeInstanceOf(ReadModelUnavailable);
  await expect(heartbeats.remove('a1')).rejects.toBeInstanceOf(ReadModelUnavailable);
  await expect(heartbeats.list()).rejects.toBeInstanceOf(ReadModelUnavailable);
  await pool.end();
});

test('A Postgres that falls silent makes queries unavailable within the limit', async () => {
  expect(await readModel.position()).toBe(0n);
  proxy.pause();
  const begin = performance.now();
  await expect(readModel.position()).rejects.toBeInstanceOf(ReadModelUnavailable);
  expect(performance.now() - begin).toBeLessThan(STATEMENT_TIMEOUT_MS + 5_000);
});

test('A waiter whose connections are cut still hears of the position', async () => {
  const waiting = readModel.waitFor(2n, 20_000);
  await eventually(() => proxy.connections >= 2);
  proxy.cut();
  await project();
  expect(await waiting).toBe(true);
});

test('Closing answers those who wait, and may be called twice', async () => {
  const waiting = readModel.waitFor(2n, 20_000);
  await eventually(() => proxy.connections >= 1);
  await readModel.close();
  expect(await waiting).toBe(false);
  await readModel.close();
  await expect(readModel.position()).rejects.toBeInstanceOf(ReadModelUnavailable);
});
