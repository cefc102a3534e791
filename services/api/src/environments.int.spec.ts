// Environments of apis on a real Postgres: the first start, an installation that is older, a rolling upgrade, and two apis at once.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LedgerLog, olderInstallation } from '@confledger/conformance';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { createPool } from '@confledger/postgres';
import { createPostgresApiHeartbeats, READ_MODEL_SCHEMA_DEFAULT } from '@confledger/read-model-postgres';
import { eventually, freshDatabase } from '@confledger/test-support';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compose, type RunningApi } from './compose.js';
import { readConfig } from './config.js';
import { keyFilesOf, makeKeys } from './keys.js';

let directory: string;
let postgresUrl: string;
let lines: string[];
let apis: RunningApi[];

beforeEach(async () => {
  [lines, apis] = [[], []];
  directory = mkdtempSync(path.join(tmpdir(), 'confledger-environments-'));
  postgresUrl = await freshDatabase();
});
afterEach(async () => {
  for (const api of apis.toReversed()) await api.close();
  rmSync(directory, { recursive: true, force: true });
});

const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });

async function start(environment: Record<string, string> = {}): Promise<string> {
  const variables = { CONFLEDGER_POSTGRES_URL: postgresUrl, CONFLEDGER_DATA_DIR: directory, PORT: '0', ...environment };
  const api = await compose(readConfig(variables), logger);
  apis.push(api);
  return api.listen();
}

interface Asked {
  readonly status: number;
  readonly code: string | undefined;
  readonly error: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

async function ask(url: string, call: string, body?: object): Promise<Asked> {
  const [method = 'GET', address = ''] = call.split(' ');
  const token = readFileSync(path.join(directory, 'admin.token'), 'utf8').trim();
  const response = await fetch(`${url}/api/v1${address}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Partial<Asked>;
  return { status: response.status, code: answer.code, error: answer.error, data: answer.data ?? {} };
}

async function names(url: string): Promise<string[]> {
  const { items } = (await ask(url, 'GET /environments')).data as { readonly items: readonly { readonly environment: string }[] };
  return items.map(({ environment }) => environment);
}

const ignored = (): string[] => lines.filter((line) => line.includes('CONFLEDGER_ENVIRONMENTS is ignored'));

test('the setting counts at the first start only, and a later one that names others is ignored with one line', async () => {
  const first = await start({ CONFLEDGER_ENVIRONMENTS: 'production,qa' });
  expect(await names(first)).toEqual(['development', 'testing', 'staging', 'production', 'qa']);
  expect((await ask(first, 'GET /environments/qa')).data).toMatchObject({ type: 'production', edition: 1, revision: 4 });
  await start({ CONFLEDGER_ENVIRONMENTS: 'qa' });
  await start();
  expect(ignored()).toEqual([]);
  const other = await start({ CONFLEDGER_ENVIRONMENTS: 'qa,prod-us' });
  expect(ignored()).toHaveLength(1);
  expect(ignored()[0]).toContain('"notDefined":["prod-us"]');
  expect(await names(other)).not.toContain('prod-us');
  // It is new: nothing is waited for.
  expect((await ask(other, 'PUT /environments/prod-us', { type: 'production' })).status).toBe(200);
});

test('two apis that define against each other at once make no cycle', async () => {
  const [one, other] = [await start(), await start()];
  for (let round = 0; round < 5; round += 1) {
    const [a, b] = [`a-${round}`, `b-${round}`];
    for (const name of [a, b]) expect((await ask(one, `PUT /environments/${name}`, { type: 'testing' })).status).toBe(200);
    const answers = await Promise.all([
      ask(one, `PUT /environments/${a}`, { type: 'testing', inheritsFrom: [b] }),
      ask(other, `PUT /environments/${b}`, { type: 'testing', inheritsFrom: [a] }),
    ]);
    expect(answers.map(({ status, code }) => `${status} ${code}`).sort()).toEqual(['200 undefined', '409 ENVIRONMENT_CYCLE']);
  }
});

test('two apis that start at once on a new event store agree on its environments', async () => {
  const [one, other] = await Promise.all([start(), start()]);
  expect(await names(one)).toEqual(await names(other));
});

test('what one api defines, the other knows at once, and its own reading shows it', async () => {
  const [one, other] = [await start(), await start({ CONFLEDGER_FEED: 'none' })];
  expect(await ask(other, 'PUT /configurations/engine?environment=qa', { configuration: { a: 1 } })).toMatchObject({
    status: 409,
    code: 'ENVIRONMENT_UNDEFINED',
  });
  await ask(one, 'PUT /environments/qa', { type: 'testing' });
  expect((await ask(other, 'PUT /configurations/engine?environment=qa', { configuration: { a: 1 } })).status).toBe(200);
  expect((await ask(other, 'GET /status')).data['environments']).toContain('qa');
});

describe('an installation of a release without environments', () => {
  beforeEach(async () => {
    await migrateEventStore({ connectionString: postgresUrl });
    const store = createPostgresEventStore({ connectionString: postgresUrl });
    await olderInstallation(store, makeKeys(keyFilesOf(directory)));
    const log = new LedgerLog();
    for (const ledger of ['production.engine', 'prod-eu.engine', 'prod-us.engine']) log.change(ledger, { 'risk.limit': 1 });
    await log.appendTo(store);
    await store.close();
  });

  test('reads all of its ledgers, and writes in the environments that its setting named', async () => {
    const url = await start({ CONFLEDGER_ENVIRONMENTS: 'production,prod-eu' });
    expect((await ask(url, 'GET /environments/prod-eu')).data).toMatchObject({ type: 'production', edition: 0 });
    for (const environment of ['production', 'prod-eu', 'prod-us'])
      expect((await ask(url, `GET /configurations/engine?environment=${environment}`)).data).toMatchObject({
        configuration: { risk: { limit: 1 } },
      });
    const write = (environment: string) => ask(url, `PUT /configurations/engine/risk.limit?environment=${environment}`, { value: 2 });
    expect((await write('prod-eu')).status).toBe(200);
    expect(await write('prod-us')).toMatchObject({ status: 409, code: 'ENVIRONMENT_UNDEFINED' });
  });

  test('defines nothing more until the operator says that no older api runs, once', async () => {
    const url = await start();
    const define = (at: string, name: string) => ask(at, `PUT /environments/${name}`, { type: 'production' });
    expect(await define(url, 'prod-us')).toMatchObject({ status: 409, code: 'UPGRADE_UNFINISHED' });
    const said = await start({ CONFLEDGER_FEATURES: 'environments' });
    expect((await define(said, 'prod-us')).status).toBe(200);
    expect((await define(url, 'prod-eu')).status).toBe(200);
  });
});

test('environments that somebody altered in the event store stop no start: ledgers are read, and environments are named as broken', async () => {
  const url = await start();
  await ask(url, 'PUT /configurations/engine', { configuration: { a: 1 } });
  const pool = createPool({ connectionString: postgresUrl });
  try {
    await pool.query('ALTER TABLE confledger_events.events DISABLE TRIGGER events_append_only');
    await pool.query(`UPDATE confledger_events.events SET data = replace(data, 'explicit', 'automatic') WHERE stream = 'environments'`);
  } finally {
    await pool.end();
  }
  const next = await start();
  expect(lines.filter((line) => line.includes('the environments cannot be read'))).toHaveLength(1);
  expect((await ask(next, 'GET /configurations/engine')).data).toMatchObject({ configuration: { a: 1 } });
  expect(await ask(next, 'GET /environments')).toMatchObject({ status: 500, code: 'STREAM_BROKEN' });
});

test('a rolling upgrade: while an older api shows its heartbeat nothing is defined, and it is when that is stale', async () => {
  const url = await start();
  const pool = createPool({ connectionString: postgresUrl });
  try {
    await createPostgresApiHeartbeats(pool).write({ id: 'older', release: '0.0.9', features: [] });
    const define = () => ask(url, 'PUT /environments/qa', { type: 'testing' });
    const refused = await define();
    expect(refused).toMatchObject({ status: 409, code: 'UPGRADE_UNFINISHED' });
    expect(refused.error).toContain('older (release 0.0.9)');
    await pool.query(
      `UPDATE "${READ_MODEL_SCHEMA_DEFAULT}".api_heartbeats SET heartbeat_at = now() - interval '1 minute' WHERE id = 'older'`,
    );
    await eventually(async () => (await define()).status === 200);
  } finally {
    await pool.end();
  }
});
