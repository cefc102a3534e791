// Sessions, locks and errors against a real server.
import { eventually, freshDatabase, tcpProxy, throughProxy, type TcpProxy } from '@confledger/test-support';
import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  connectClient,
  createPool,
  dropClient,
  endClient,
  failureOf,
  LOCK_SILENCE_MS_MAX,
  SilentServer,
  tryAdvisoryLock,
  within,
} from './index.js';

let connectionString: string;
let proxy: TcpProxy;
beforeEach(async () => {
  connectionString = await freshDatabase();
  const { hostname, port } = new URL(connectionString);
  proxy = await tcpProxy({ host: hostname, port: Number(port) });
});
afterEach(() => proxy.close());

const viaProxy = () => ({ connectionString: throughProxy(connectionString, proxy) });
const failureOfQuery = (client: pg.ClientBase, sql: string) => client.query(sql).then(() => 'none', failureOf);

test('sessions are durable and READ COMMITTED, in a pool and outside', async () => {
  const pool = createPool({ connectionString });
  const client = await connectClient({ connectionString });
  const asked = `SELECT current_setting('synchronous_commit') AS durable, current_setting('transaction_isolation') AS isolation`;
  const expected = [{ durable: 'on', isolation: 'read committed' }];
  expect((await pool.query(asked)).rows).toEqual(expected);
  expect((await client.query(asked)).rows).toEqual(expected);
  await pool.end();
  await endClient(client);
});

test('a server that refuses connections is a rejection, and so is one that is silent', async () => {
  proxy.shut();
  await expect(connectClient(viaProxy())).rejects.toThrow(/ECONNRESET|terminated/);
  proxy.open();
  proxy.pause();
  await expect(connectClient({ ...viaProxy(), connectTimeoutMs: 100 })).rejects.toThrow('timeout');
});

test('a statement that a silent server does not answer is a SilentServer, and its connection can be dropped', async () => {
  const client = await connectClient(viaProxy());
  proxy.pause();
  await expect(within(50, client.query('SELECT 1'))).rejects.toThrow(SilentServer);
  dropClient(client);
  await eventually(() => proxy.connections === 0);
});

test('a query that nobody watches is given up with its connection when the server falls silent', { timeout: 20_000 }, async () => {
  const pool = createPool({ ...viaProxy(), connectionsMax: 1, statementTimeoutMs: 100 });
  await pool.query('SELECT 1');
  proxy.pause();
  await expect(pool.query('SELECT 1')).rejects.toThrow('timeout');
  // What was its connection would answer somebody else's query with this one's rows.
  await eventually(() => proxy.connections === 0);
  proxy.resume();
  expect((await pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
  await pool.end();
});

test('a pooled connection that breaks while it is in use rejects its query and harms nothing else', async () => {
  const pool = createPool(viaProxy());
  const client = await pool.connect();
  const query = failureOfQuery(client, 'SELECT pg_sleep(60)');
  proxy.cut();
  expect(await query).toBe('unknown');
  client.release(true);
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await pool.end();
});

test('onLost is called once when a connection breaks by itself, and not when it is ended', async () => {
  const lost: Error[] = [];
  await endClient(await connectClient(viaProxy(), (error) => lost.push(error)));
  await connectClient(viaProxy(), (error) => lost.push(error));
  expect(lost).toHaveLength(0);
  proxy.cut();
  await eventually(() => lost.length > 0);
  expect(lost).toHaveLength(1);
});

test('failures are told apart: rolled back, faulty, unknown', async () => {
  const client = await connectClient({ connectionString, statementTimeoutMs: 50 });
  expect(await failureOfQuery(client, 'SELECT pg_sleep(10)')).toBe('rolled back');
  expect(await failureOfQuery(client, 'SELECT * FROM missing')).toBe('faulty');
  expect(await failureOfQuery(client, `SELECT 'x'::int`)).toBe('faulty');
  expect(await failureOfQuery(client, 'SELECT pg_terminate_backend(pg_backend_pid())')).toBe('unknown');
  expect(await failureOfQuery(client, 'SELECT 1')).toBe('unknown');
});

test('a named lock has one holder, and another when that one releases it', async () => {
  const first = await tryAdvisoryLock({ connectionString }, 'projector');
  expect(await tryAdvisoryLock({ connectionString }, 'projector')).toBeNull();
  const other = await tryAdvisoryLock({ connectionString }, 'relay');
  await first?.release();
  const second = await eventually(() => tryAdvisoryLock({ connectionString }, 'projector'));
  await Promise.all([other?.release(), second.release()]);
});

test('a lock whose session is lost says so', async () => {
  const lock = await tryAdvisoryLock(viaProxy(), 'projector');
  expect(lock?.lost.aborted).toBe(false);
  proxy.cut();
  await eventually(() => lock?.lost.aborted);
  const next = await eventually(() => tryAdvisoryLock({ connectionString }, 'projector'));
  await next.release();
  await lock?.release();
});

test('a holder that is not heard of loses its lock, and knows it first; one that is heard of keeps it', { timeout: 30_000 }, async () => {
  const kept = await tryAdvisoryLock({ connectionString }, 'relay');
  const silent = await tryAdvisoryLock(viaProxy(), 'projector');
  const begun = performance.now();
  proxy.pause();
  const next = await eventually(() => tryAdvisoryLock({ connectionString }, 'projector'), { timeoutMs: LOCK_SILENCE_MS_MAX * 3 });
  expect(silent?.lost.aborted).toBe(true);
  expect(performance.now() - begun).toBeGreaterThan(LOCK_SILENCE_MS_MAX - 2_000);
  expect(await tryAdvisoryLock({ connectionString }, 'relay')).toBeNull();
  expect(kept?.lost.aborted).toBe(false);
  await Promise.all([next.release(), kept?.release(), silent?.release()]);
});

test('a transaction that its client forgot is ended by the server, and its locks are free', { timeout: 30_000 }, async () => {
  const forgetful = await connectClient({ connectionString });
  await forgetful.query('CREATE TABLE public.held (n int); INSERT INTO public.held VALUES (1)');
  await forgetful.query('BEGIN; UPDATE public.held SET n = 2');
  const next = await connectClient({ connectionString });
  await next.query('UPDATE public.held SET n = n + 10');
  expect((await next.query('SELECT n FROM public.held')).rows).toEqual([{ n: 11 }]);
  dropClient(forgetful);
  await endClient(next);
});
