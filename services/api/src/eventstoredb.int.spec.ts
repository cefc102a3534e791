// The api as it is composed on EventStoreDB, against the double: what it takes, keeps and feeds, and what it does while Postgres is away.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventStoreDbDouble, type EventStoreDbDouble } from '@confledger/doubles';
import { freshDatabase } from '@confledger/test-support';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compose, type RunningApi } from './compose.js';
import { readConfig } from './config.js';

/** Where nobody listens: the port is reserved. */
const NOWHERE = 'postgres://user:hush@127.0.0.1:1/confledger';

let directory: string;
let double: EventStoreDbDouble;
let running: RunningApi[];
let lines: string[];

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'confledger-api-'));
  double = await eventStoreDbDouble();
  running = [];
  lines = [];
});
afterEach(async () => {
  for (const api of running) await api.close();
  await double.close();
  rmSync(directory, { recursive: true, force: true });
});

type Ask = (method: string, address: string, body?: unknown) => Promise<{ status: number; data: Record<string, unknown> }>;

async function start(postgresUrl: string, more: Readonly<Record<string, string>> = {}): Promise<Ask> {
  const config = readConfig({
    CONFLEDGER_EVENT_STORE: 'eventstoredb',
    CONFLEDGER_EVENTSTORE_URL: double.connectionString.replace('//', '//admin:hush@'),
    CONFLEDGER_POSTGRES_URL: postgresUrl,
    CONFLEDGER_DATA_DIR: directory,
    PORT: '0',
    ...more,
  });
  const api = await compose(config, pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }));
  running.push(api);
  const url = await api.listen();
  const authorization = `Bearer ${readFileSync(path.join(directory, 'admin.token'), 'utf8').trim()}`;
  return async (method, address, body) => {
    const response = await fetch(`${url}/api/v1${address}`, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { data } = (await response.json()) as { data: Record<string, unknown> };
    return { status: response.status, data };
  };
}

test('what one api writes and activates is in EventStoreDB, another reads it at once, and neither logs a credential', async () => {
  const database = await freshDatabase();
  const one = await start(database);
  const other = await start(database);
  expect((await one('PUT', '/configurations/engine', { configuration: { a: 1 } })).status).toBe(200);
  expect((await other('PUT', '/configurations/engine/a', { value: 2, expectedVersion: 1 })).data).toMatchObject({ version: 2 });
  expect((await one('POST', '/configurations/engine/versions/latest/activate')).status).toBe(200);
  expect((await other('GET', '/configurations/engine')).data).toMatchObject({ version: 2, active: 2, configuration: { a: 2 } });
  expect((await one('GET', '/status')).data).toMatchObject({ parts: [{ state: 'up' }, { state: 'up' }] });

  const streams = double.log.events.map(({ stream }) => stream);
  expect(streams).toContain('config-production.engine');
  expect(streams).toContain('installation');
  expect(lines.join('')).not.toContain('hush');
});

test('installations with namespaces of their own share a server and see nothing of each other', async () => {
  const one = await start(await freshDatabase(), { CONFLEDGER_NAMESPACE: 'desk-7' });
  await one('PUT', '/configurations/engine', { configuration: { a: 1 } });
  // A data directory belongs to one installation.
  rmSync(directory, { recursive: true });
  const other = await start(await freshDatabase(), { CONFLEDGER_NAMESPACE: 'desk-8' });
  expect((await other('GET', '/configurations/engine')).status).toBe(404);
  expect(double.log.events.map(({ stream }) => stream)).toContain('desk-7.config-production.engine');
});

test('while Postgres is away an api starts, takes commands and activates, and says 503 to queries', async () => {
  const ask = await start(NOWHERE);
  expect((await ask('PUT', '/configurations/engine', { configuration: { a: 1 } })).status).toBe(200);
  expect((await ask('POST', '/configurations/engine/versions/latest/activate')).status).toBe(200);
  expect((await ask('GET', '/configurations/engine')).data).toMatchObject({ version: 1, active: 1, configuration: { a: 1 } });
  expect((await ask('GET', '/configurations')).status).toBe(503);
  expect(lines.join('')).toContain('nothing listens at 127.0.0.1:1');
  expect(lines.join('')).not.toContain('hush');
});
