// The composed projector on a real Postgres, and on a double of EventStoreDB: it follows the log, says so on its port, and ends without leaving a connection.
import { LedgerLog } from '@confledger/conformance';
import { eventStoreDbDouble } from '@confledger/doubles';
import { createPostgresEventStore } from '@confledger/event-store-postgres';
import { openEventStoreNow } from '@confledger/event-stores';
import { createPool } from '@confledger/postgres';
import { serveHealth } from '@confledger/process';
import { createPostgresReadModel } from '@confledger/read-model-postgres';
import { eventually, freshDatabase, tcpProxy, throughProxy } from '@confledger/test-support';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { compose } from './compose.js';
import { readConfig } from './config.js';
import { healthOf } from './health.js';

const ENGINE = 'production.trading-engine';

test('It projects what is appended, an older version activated included, reports health and lag, and stops cleanly', async () => {
  const connectionString = await freshDatabase();
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const { projector, close } = await compose(readConfig({ CONFLEDGER_POSTGRES_URL: connectionString, PORT: '0' }), logger);
  const health = await serveHealth(() => [healthOf(projector)], { host: '127.0.0.1', port: 0, version: '1.2.3' });
  const store = createPostgresEventStore({ connectionString });
  const readModel = createPostgresReadModel({ connectionString });

  const log = new LedgerLog();
  for (let index = 0; index < 12; index += 1) log.change(ENGINE, { 'risk.max': index });
  log.activate(ENGINE, 1);
  log.raw('config-testing.poisoned', { type: 'ConfigSet', data: '{}', metadata: '{}' });
  log.raw('access-control', { type: 'RoleGranted', data: '{}', metadata: '{}' });
  await log.appendTo(store);
  const last = await store.lastPosition();
  expect(await readModel.waitFor(last, 20_000)).toBe(true);
  expect((await readModel.ledgers({ environment: 'production' }, { limit: 1 })).items).toMatchObject([
    { latest: 12, active: 1, pending: 11 },
  ]);

  await eventually(async () => (await fetch(`${health.url}/health`)).status === 200);
  expect(await (await fetch(`${health.url}/health`)).json()).toMatchObject({
    healthy: true,
    checks: { projector: { healthy: true, state: 'active', position: String(last), lag: '0', parked: 1, parkedStreams: 2 } },
    version: '1.2.3',
  });
  const metrics = await (await fetch(`${health.url}/metrics`)).text();
  expect(metrics).toContain(`confledger_read_model_position ${last}\n`);
  expect(metrics).toContain('confledger_read_model_lag_positions 0\n');
  expect(metrics).toContain('confledger_projector_parked_total 1\n');
  expect(metrics).toContain('confledger_projector_parked_streams 2\n');
  expect((await fetch(`${health.url}/health/live`)).status).toBe(200);
  expect((await fetch(`${health.url}/elsewhere`)).status).toBe(404);
  expect((await fetch(`${health.url}/health`, { method: 'POST' })).status).toBe(405);
  expect(lines.join('')).toContain('an event cannot be applied and is parked');
  expect(lines.filter((line) => line.includes('"stream":"access-control"'))).toHaveLength(1);
  // It logs in as the owner of the events and of the read model.
  expect(lines.filter((line) => line.includes('logs in as the owner of its tables'))).toHaveLength(1);
  expect(lines.join('')).not.toContain(new URL(connectionString).password);

  await health.close();
  await close();
  await readModel.close();
  await store.close();
  const pool = createPool({ connectionString });
  await eventually(async () => {
    const { rows } = await pool.query<{ count: string }>(
      'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    return rows[0]?.count === '0';
  });
  await pool.end();
});

test('On EventStoreDB it follows the log from its beginning to what is appended later, and its lag comes back to 0', async () => {
  const double = await eventStoreDbDouble();
  const connectionString = await freshDatabase();
  const eventStoreDb = { CONFLEDGER_EVENT_STORE: 'eventstoredb', CONFLEDGER_EVENTSTORE_URL: double.connectionString };
  const config = readConfig({ ...eventStoreDb, CONFLEDGER_POSTGRES_URL: connectionString, PORT: '0' });
  const store = await openEventStoreNow(config.eventStore, { part: 'projector', logger: pino({ level: 'silent' }) });
  const readModel = createPostgresReadModel({ connectionString });
  const before = new LedgerLog();
  before.change(ENGINE, { 'risk.max': 1 });
  await before.appendTo(store);

  const { projector, close } = await compose(config, pino({ level: 'silent' }));
  expect(await readModel.waitFor(await store.lastPosition(), 20_000)).toBe(true);
  const later = new LedgerLog();
  later.change('testing.risk-gateway', { on: true });
  await later.appendTo(store);
  const last = await store.lastPosition();
  expect(await readModel.waitFor(last, 20_000)).toBe(true);
  expect((await readModel.ledgers({}, { limit: 10 })).items).toMatchObject([{ latest: 1 }, { latest: 1 }]);
  await eventually(async () => (await projector.status()).position === last);

  await close();
  await readModel.close();
  await store.close();
  await double.close();
});

test('Started while Postgres is away it says so, is not healthy, and projects when Postgres is back', async () => {
  const double = await eventStoreDbDouble();
  const connectionString = await freshDatabase();
  const { hostname: host, port } = new URL(connectionString);
  const proxy = await tcpProxy({ host, port: Number(port) });
  const eventStoreDb = { CONFLEDGER_EVENT_STORE: 'eventstoredb', CONFLEDGER_EVENTSTORE_URL: double.connectionString };
  const config = readConfig({ ...eventStoreDb, CONFLEDGER_POSTGRES_URL: throughProxy(connectionString, proxy), PORT: '0' });
  const store = await openEventStoreNow(config.eventStore, { part: 'projector', logger: pino({ level: 'silent' }) });
  const log = new LedgerLog();
  log.change(ENGINE, { 'risk.max': 1 });
  await log.appendTo(store);
  const lines: string[] = [];
  proxy.shut();

  const { projector, close } = await compose(config, pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }));
  expect(lines.join('')).toContain('the read model is away');
  const health = await serveHealth(() => [healthOf(projector)], { host: '127.0.0.1', port: 0, version: '1.2.3' });
  expect((await fetch(`${health.url}/health`)).status).toBe(503);
  await eventually(() => lines.join('').includes('projector failed and tries again'));
  proxy.open();
  const last = await store.lastPosition();
  await eventually(async () => (await projector.status()).position === last, { timeoutMs: 20_000 });
  await eventually(async () => (await fetch(`${health.url}/health`)).status === 200);

  await health.close();
  await close();
  await store.close();
  await proxy.close();
  await double.close();
});

test('It can be ended while it waits for Postgres', async () => {
  const double = await eventStoreDbDouble();
  const connectionString = await freshDatabase();
  const { hostname: host, port } = new URL(connectionString);
  const proxy = await tcpProxy({ host, port: Number(port) });
  const eventStoreDb = { CONFLEDGER_EVENT_STORE: 'eventstoredb', CONFLEDGER_EVENTSTORE_URL: double.connectionString };
  proxy.shut();
  const config = readConfig({ ...eventStoreDb, CONFLEDGER_POSTGRES_URL: throughProxy(connectionString, proxy), PORT: '0' });
  const { close } = await compose(config, pino({ level: 'silent' }));
  await close();
  await proxy.close();
  await double.close();
});
