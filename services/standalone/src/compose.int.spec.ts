// The composed standalone on a real Postgres whose read model an older release laid out.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ensureAdminToken, ensureNodeToken, keyFilesOf, makeKeys, openKeys } from '@confledger/api';
import { readInstallation, replaceMacKey } from '@confledger/application';
import { appendEvents, logOfLayout1, olderInstallation, readModelOfLayout1 } from '@confledger/conformance';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { createPool, tryAdvisoryLock } from '@confledger/postgres';
import { connectNode, httpFeed } from '@confledger/sdk';
import { eventually, freshDatabase } from '@confledger/test-support';
import { PATH_BYTES_MAX, VALUE_BYTES_MAX } from '@confledger/document';
import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compose, type Composed } from './compose.js';
import { openDataDirectory } from './data-directory.js';
import { Shutdown } from '@confledger/process/shutdown';

/** The longest that a path may be. */
const KEY = 'k'.repeat(PATH_BYTES_MAX);
/** Plain, escaped, two bytes a character, and in parts. */
const LARGEST_VALUES = [
  'x'.repeat(VALUE_BYTES_MAX - 2),
  '"'.repeat(VALUE_BYTES_MAX / 2 - 1),
  'é'.repeat(VALUE_BYTES_MAX / 2 - 1),
  Array.from({ length: VALUE_BYTES_MAX / 8 }, (_, index) => (index === 0 ? 123_456 : 1_234_567)),
];

let dataDirectory: string;
let postgresUrl: string;
/** One for each test: roles belong to the whole server. */
let roles: string;
let pool: pg.Pool;
let shutdown: Shutdown;
const faults: string[] = [];

beforeEach(async () => {
  dataDirectory = mkdtempSync(path.join(tmpdir(), 'confledger-layout-'));
  postgresUrl = await freshDatabase();
  roles = `s${crypto.randomUUID().replaceAll('-', '')}`;
  pool = createPool({ connectionString: postgresUrl, applicationName: 'spec' });
  const directory = openDataDirectory(dataDirectory);
  shutdown = new Shutdown((part, error) => void faults.push(`${part}: ${String(error)}`));
  shutdown.add('data directory', () => directory.release());
  faults.length = 0;
});
afterEach(async () => {
  await shutdown.run();
  await pool.end();
  rmSync(dataDirectory, { recursive: true, force: true });
});

/** The events and the tables of an installation that a release with layout 1 ran. */
async function installationOfLayout1(): Promise<void> {
  await migrateEventStore({ connectionString: postgresUrl });
  const store = createPostgresEventStore({ connectionString: postgresUrl });
  const signer = makeKeys(keyFilesOf(dataDirectory));
  await olderInstallation(store, signer);
  await appendEvents(store, logOfLayout1().slice(1));
  await store.close();
  await pool.query(readModelOfLayout1('confledger'));
}

const start = (): Promise<Composed> =>
  compose({
    config: { dataDirectory, port: 0, host: '127.0.0.1', acceptedLog: null, isStatement2Forced: false, edgeLimits: {} },
    postgresUrl,
    roles,
    shutdown,
    onHappening: null,
    onNotice: (text) => void faults.push(text),
    onFault: (error) => void faults.push(String(error)),
  });

const layout = async (): Promise<number | undefined> =>
  (await pool.query<{ layout: number }>('SELECT layout FROM confledger.read_model')).rows[0]?.layout;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask({ url }: Composed, address: string): Promise<Answer> {
  const response = await fetch(`${url}/api/v1${address}`, { headers: { authorization: `Bearer ${ensureAdminToken(dataDirectory)}` } });
  const { timestamp: _, ...body } = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body };
}

/** Everything that the api answers from the read model, but how far it was when it answered. */
async function answers(composed: Composed): Promise<Answer[]> {
  const ledger = '/configurations/trading-engine';
  const addresses = [
    '/configurations',
    `${ledger}/versions`,
    `${ledger}/history?key=risk`,
    '/audit?environment=production&limit=100',
    '/audit?environment=staging',
  ];
  const all: Answer[] = [];
  for (const address of addresses) {
    const { status, body } = await ask(composed, address);
    const { position: _, ...data } = body['data'] as Record<string, unknown>;
    // The tables of layout 1 kept no parked streams.
    if (Array.isArray(data['items'])) data['items'] = data['items'].map((item: object) => ({ ...item, parked: null }));
    all.push({ status, body: { ...body, data } });
  }
  return all;
}

const parkedStreams = async (composed: Composed): Promise<unknown> => {
  const { status, body } = await ask(composed, '/status');
  return [status, (body['data'] as { readonly parkedStreams: unknown }).parkedStreams];
};

test('A read model that an older release laid out serves, is rebuilt, and answers the same', async () => {
  await installationOfLayout1();
  const standing = await tryAdvisoryLock({ connectionString: postgresUrl }, 'rebuild confledger');
  const composed = await start();
  expect(await layout()).toBe(1);
  const before = await answers(composed);
  expect(before.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(await parkedStreams(composed)).toEqual([200, []]);
  await standing?.release();

  await eventually(async () => (await layout()) !== 1, { timeoutMs: 20_000 });
  expect(await answers(composed)).toEqual(before);
  const { body } = await ask(composed, '/audit?type=InstallationCreated');
  expect(body['data']).toMatchObject({ items: [{ stream: 'installation', environment: null, service: null }] });
  expect(await parkedStreams(composed)).toEqual([200, [expect.objectContaining({ stream: 'config-staging.trading-engine', revision: 2 })]]);
  const generations = `SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'confledger_read_')`;
  await eventually(async () => (await pool.query(generations)).rows.length === 1);
  expect(faults).toEqual([]);
});

test('Each part logs in with a role of its own, and what one owner had made is handed over to the projector', async () => {
  await installationOfLayout1();
  const composed = await start();
  await eventually(async () => (await layout()) !== 1, { timeoutMs: 20_000 });
  expect((await ask(composed, '/configurations')).status).toBe(200);
  const users = async (): Promise<string[]> => {
    const { rows } = await pool.query<{ usename: string }>(
      `SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'spec' ORDER BY 1`,
    );
    return rows.map(({ usename }) => usename);
  };
  // Connections that nobody needs for a while are given back, also while another process is being started.
  await eventually(async () => (await ask(composed, '/configurations')).status === 200 && (await users()).length >= 2);
  expect(await users()).toEqual([`${roles}_api`, `${roles}_projector`]);
  const owners = await pool.query<{ owner: string }>(
    `SELECT DISTINCT pg_get_userbyid(nspowner) AS owner FROM pg_namespace WHERE starts_with(nspname, 'confledger_read_')`,
  );
  expect(owners.rows).toEqual([{ owner: `${roles}_projector` }]);
  expect(faults).toEqual([]);
});

test('While it waits for its read model to be rebuilt it can be stopped, and the old tables stay', async () => {
  await installationOfLayout1();
  const standing = await tryAdvisoryLock({ connectionString: postgresUrl }, 'rebuild confledger');
  await start();
  await eventually(() => readFileSync(path.join(dataDirectory, 'logs', 'projector.log'), 'utf8').includes('rebuilt by another process'));
  await shutdown.run();
  expect(faults).toEqual([]);
  expect(await layout()).toBe(1);
  await standing?.release();
});

test('A new installation signs with statement 2 from its first activation on, which the reference node verifies and runs', async () => {
  const composed = await start();
  const headers = { authorization: `Bearer ${ensureAdminToken(dataDirectory)}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ configuration: { risk: { parameters: { maxPositionSize: 1_000, dailyLossLimit: 500 } } }, activate: true });
  const written = await fetch(`${composed.url}/api/v1/configurations/trading-engine`, { method: 'PUT', headers, body });
  expect(written.status).toBe(200);
  const node = async (): Promise<unknown> => {
    const { body: answer } = await ask(composed, '/nodes');
    return (answer['data'] as { readonly items: readonly Readonly<Record<string, unknown>>[] }).items.find(
      ({ upToDate }) => upToDate === true,
    );
  };
  expect(await eventually(node)).toMatchObject({ name: composed.node, state: 'ready', sdk: expect.stringContaining('; statements=1,2') });
  // The projector is still being loaded when everything else is ready.
  await eventually(async () => {
    const { body: status } = await ask(composed, '/status');
    expect(status['data']).toMatchObject({ statements: { ledgers: { activeCount: 1, statement2Count: 1 }, heldBackBy: [] } });
    return true;
  });
  expect(faults).toEqual([]);
});

test('Documents that ledgers stand on are kept beside the snapshots', async () => {
  const composed = await start();
  const headers = { authorization: `Bearer ${ensureAdminToken(dataDirectory)}`, 'content-type': 'application/json' };
  const put = async (address: string, body: object): Promise<number> =>
    (await fetch(`${composed.url}/api/v1${address}`, { method: 'PUT', headers, body: JSON.stringify(body) })).status;
  expect(await put('/environments/base', { type: 'testing' })).toBe(200);
  expect(await put('/environments/staging', { type: 'staging', inheritsFrom: ['base'] })).toBe(200);
  for (const environment of ['base', 'staging'])
    expect(await put(`/configurations/engine?environment=${environment}`, { configuration: { limit: 1 }, activate: true })).toBe(200);
  const kept = `SELECT DISTINCT ledger FROM confledger.layer_documents ORDER BY 1`;
  await eventually(async () => isDeepStrictEqual((await pool.query(kept)).rows, [{ ledger: 'base.engine' }, { ledger: 'staging.engine' }]));
  expect(faults).toEqual([]);
});

test('A node of a ledger that is retired runs on, a new one starts, and both follow what is activated once it is restored', async () => {
  const composed = await start();
  const headers = { authorization: `Bearer ${ensureAdminToken(dataDirectory)}`, 'content-type': 'application/json' };
  const ledger = `${composed.url}/api/v1/configurations/trading-engine`;
  const write = async (method: string, call: string, body: object = {}): Promise<number> =>
    (await fetch(`${ledger}${call}`, { method, headers, body: JSON.stringify(body) })).status;
  const nodes = async (): Promise<readonly unknown[]> => {
    const { body } = await ask(composed, '/nodes');
    const { items } = body['data'] as { readonly items: readonly Readonly<Record<string, unknown>>[] };
    return items.map(({ name, state, active, upToDate }) => [name, state, active, upToDate]);
  };
  const all = (version: number): readonly unknown[] => ['engine-7', composed.node].sort().map((name) => [name, 'ready', version, true]);
  expect(await write('PUT', '', { configuration: { limit: 1 }, activate: true })).toBe(200);
  await eventually(async () => isDeepStrictEqual(await nodes(), [[composed.node, 'ready', 1, true]]));
  expect(await write('POST', '/retire', { reason: 'made by mistake' })).toBe(200);
  expect(await write('PUT', '/limit', { value: 2, activate: true })).toBe(409);

  const { body: status } = await ask(composed, '/status');
  const { publicKey } = (status['data'] as { readonly publicKey: { readonly publicKey: string } }).publicKey;
  const feed = httpFeed({ url: composed.url, token: ensureAdminToken(dataDirectory) });
  const node = await connectNode({ environment: 'production', service: 'trading-engine', name: 'engine-7', feed, publicKey });
  shutdown.add('node', () => node.close());
  expect(node.handle('limit').current).toBe(1);
  await eventually(async () => isDeepStrictEqual(await nodes(), all(1)));

  expect(await write('POST', '/restore')).toBe(200);
  expect(await write('PUT', '/limit', { value: 2, activate: true })).toBe(200);
  await eventually(() => node.handle('limit').current === 2);
  await eventually(async () => isDeepStrictEqual(await nodes(), all(5)));
  expect(faults).toEqual([]);
});

test('The reference node has a token of its own, which may read and report and nothing else', async () => {
  const sent = new Set<unknown>();
  const onRequest = (message: unknown): void => {
    const { request } = message as { readonly request: ClientRequest };
    if (/^\/api\/v1\/(?:feed|nodes)\b/.test(request.path)) sent.add(request.getHeader('authorization'));
  };
  subscribe('http.client.request.start', onRequest);
  try {
    const { url, node } = await start();
    const authorization = `Bearer ${ensureNodeToken(dataDirectory, node)}`;
    await eventually(() => sent.size > 0);
    expect([...sent]).toEqual([authorization]);
    const refused = await fetch(`${url}/api/v1/configurations/trading-engine`, { method: 'DELETE', headers: { authorization } });
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'AUTHORIZATION_ERROR' }]);
  } finally {
    unsubscribe('http.client.request.start', onRequest);
  }
});

test('Values of 512 KiB, the largest that there may be, go from a PUT to a node and into the history whole', async () => {
  const composed = await start();
  const { url } = composed;
  const headers = { authorization: `Bearer ${ensureAdminToken(dataDirectory)}`, 'content-type': 'application/json' };
  const put = async (value: unknown): Promise<unknown> => {
    const body = JSON.stringify({ value, activate: true });
    const response = await fetch(`${url}/api/v1/configurations/large/value?key=${KEY}`, { method: 'PUT', headers, body });
    return { status: response.status, ...((await response.json()) as object) };
  };
  await put('small');
  const { publicKey } = (await ask(composed, '/status')).body['data'] as { readonly publicKey: { readonly publicKey: string } };
  const feed = httpFeed({ url, token: ensureNodeToken(dataDirectory, composed.node) });
  const node = await connectNode({ environment: 'production', service: 'large', feed, publicKey: publicKey.publicKey });
  try {
    for (const value of LARGEST_VALUES) {
      expect(Buffer.byteLength(JSON.stringify(value))).toBe(VALUE_BYTES_MAX);
      const written = await put(value);
      expect(written).toMatchObject({ status: 200 });
      await eventually(() => isDeepStrictEqual(node.snapshot.get(KEY), value));
      const { position } = (written as { readonly data: { readonly position: string } }).data;
      const history = await ask(composed, `/configurations/large/history?key=${KEY}&limit=1&atLeast=${position}`);
      expect(history.body['data']).toMatchObject({ items: [{ after: { bytes: VALUE_BYTES_MAX } }] });
    }
    expect(await put('x'.repeat(VALUE_BYTES_MAX - 1))).toMatchObject({ status: 413, code: 'VALUE_TOO_LARGE' });
  } finally {
    await node.close();
  }
  expect(faults).toEqual([]);
});

test('a mac key that is replaced while it runs ends it, with the file and the remedy', async () => {
  await start();
  const store = createPostgresEventStore({ connectionString: postgresUrl });
  const files = keyFilesOf(dataDirectory);
  const keys = { ...openKeys(files), macKey: '00000000000000ff', mac: () => 'f'.repeat(64) };
  const installation = await readInstallation(store);
  if (installation === null) throw new Error('There is no installation.');
  await replaceMacKey({ store, keys, installation, ends: [], ids: { next: () => randomUUID() }, clock: { now: () => Date.now() } });
  await store.close();
  await eventually(() => faults.length > 0, { timeoutMs: 20_000 });
  expect(faults).toEqual([expect.stringContaining(`${files.fingerprintKeyFile}: the event store belongs to`)]);
  expect(faults[0]).toContain('if rekey.js replaced it, the new one');
});
