// What the Postgres event store does when connections break, fall silent or are refused.
import { AppendOutcomeUnknown, EventStoreUnavailable, type EventStore, type StoredEvent } from '@confledger/application';
import { advisoryKey } from '@confledger/postgres';
import { eventually, freshDatabase, tcpProxy, throughProxy, type TcpProxy } from '@confledger/test-support';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPostgresEventStore, migrateEventStore, type PostgresEventStoreOptions } from './index.js';

let url: string;
let proxy: TcpProxy;
let admin: pg.Client;
const stores: EventStore[] = [];

beforeEach(async () => {
  url = await freshDatabase();
  await migrateEventStore({ connectionString: url });
  const { hostname, port } = new URL(url);
  proxy = await tcpProxy({ host: hostname, port: Number(port) });
  admin = new pg.Client({ connectionString: url });
  await admin.connect();
});

afterEach(async () => {
  proxy.open();
  proxy.resume();
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await admin.end();
  await proxy.close();
});

function newStore(options: Partial<PostgresEventStoreOptions> = {}): EventStore {
  const store = createPostgresEventStore({ connectionString: throughProxy(url, proxy), ...options });
  stores.push(store);
  return store;
}

const newEvent = () => ({ id: randomUUID(), type: 'ConfigSet', data: '{}', metadata: '{}' });
const written = async (): Promise<number> =>
  Number((await admin.query<{ n: string }>('SELECT count(*) AS n FROM confledger_events.events')).rows[0]?.n);
const takeLock = () => admin.query('SELECT pg_advisory_lock($1)', [advisoryKey('append "confledger_events"')]);
const giveLock = () => admin.query('SELECT pg_advisory_unlock($1)', [advisoryKey('append "confledger_events"')]);
/** Backends of the store that wait for the append lock. */
const waiting = async (): Promise<number[]> => {
  const { rows } = await admin.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'`,
  );
  return rows.map(({ pid }) => pid);
};

/** A store that is connected, so that faults meet an open connection. */
async function warmStore(options: Partial<PostgresEventStoreOptions> = {}): Promise<EventStore> {
  const store = newStore(options);
  await store.append('warm', -1, [newEvent()]);
  return store;
}

/** From the next request on no answer comes through. Call what this resolves with to wait for the commit. */
async function holdAnswers(): Promise<() => Promise<void>> {
  const before = await written();
  proxy.onRequest = () => proxy.pause('toClient');
  return async () => {
    await eventually(async () => (await written()) > before);
    proxy.onRequest = undefined;
  };
}

test('an append whose backend was ended before it wrote is written by the next attempt', async () => {
  const store = await warmStore();
  await takeLock();
  const append = store.append('s', -1, [newEvent(), newEvent()]);
  const pid = await eventually(async () => (await waiting())[0]);
  await admin.query('SELECT pg_terminate_backend($1)', [pid]);
  await giveLock();
  expect(await append).toMatchObject({ outcome: 'appended', alreadyThere: false });
  expect(await written()).toBe(3);
});

test('an append whose connection broke after the commit is found, and not written twice', async () => {
  const store = await warmStore();
  const committed = await holdAnswers();
  const append = store.append('s', -1, [newEvent(), newEvent()]);
  await committed();
  proxy.cut();
  proxy.resume();
  expect(await append).toEqual({ outcome: 'appended', alreadyThere: true, position: 3n });
  expect(await written()).toBe(3);
});

test('an append that the server took and did not answer is asked for on another connection', async () => {
  const store = await warmStore({ statementTimeoutMs: 200, appendTimeoutMs: 10_000 });
  const committed = await holdAnswers();
  const append = store.append('s', -1, [newEvent()]);
  await committed();
  // The store gives the silent connection up; what it held back comes too late for anyone.
  await eventually(() => proxy.accepted > 1);
  proxy.resume();
  expect(await append).toMatchObject({ outcome: 'appended', alreadyThere: true });
  expect(await written()).toBe(2);
});

test('an append behind one that is found is written, although it was sent together with it', async () => {
  const store = await warmStore();
  const [first, second] = [newEvent(), newEvent()];
  const committed = await holdAnswers();
  const appends = [store.append('s', -1, [first]), store.append('s', 0, [second]), store.append('t', -1, [newEvent()])];
  await committed();
  proxy.cut();
  proxy.resume();
  expect((await Promise.all(appends)).map(({ outcome }) => outcome)).toEqual(['appended', 'appended', 'appended']);
  // Repeated with one that is new behind it: the group as a whole does not fit, its last part does.
  const again = await Promise.all([store.append('s', -1, [first]), store.append('s', 0, [second]), store.append('s', 1, [newEvent()])]);
  expect(again.map((result) => result.outcome === 'appended' && result.alreadyThere)).toEqual([true, true, false]);
  expect(await written()).toBe(5);
});

test('an append that builds on one that lost against another process shares its conflict, in whatever flush it is', async () => {
  const store = await warmStore();
  await takeLock();
  const lost = store.append('s', -1, [newEvent()]);
  await eventually(async () => (await waiting()).length > 0);
  const behind = store.append('s', 0, [newEvent()]);
  // The other process's event makes the revision that the second one expects.
  await admin.query(`INSERT INTO confledger_events.events VALUES (2, 's', 0, gen_random_uuid(), 'T', '{}', '{}')`);
  await giveLock();
  expect(await Promise.all([lost, behind])).toEqual([
    { outcome: 'conflict', revision: 0 },
    { outcome: 'conflict', revision: 0 },
  ]);
  expect(await written()).toBe(2);
});

test('an append that never gets an answer rejects with AppendOutcomeUnknown within its bound', async () => {
  const store = await warmStore({ statementTimeoutMs: 300, appendTimeoutMs: 800 });
  const committed = await holdAnswers();
  const outcome = store.append('s', -1, [newEvent()]).catch((error: unknown) => error);
  await committed();
  proxy.shut();
  expect(await outcome).toBeInstanceOf(AppendOutcomeUnknown);
});

test('an append that could not be sent rejects with EventStoreUnavailable, and the store serves again afterwards', async () => {
  const store = newStore({ appendTimeoutMs: 300 });
  proxy.shut();
  await expect(store.append('s', -1, [newEvent()])).rejects.toThrow(EventStoreUnavailable);
  proxy.open();
  expect(await store.append('s', -1, [newEvent()])).toMatchObject({ outcome: 'appended', alreadyThere: false });
});

test('an append that waits too long for the lock was rolled back, and rejects with EventStoreUnavailable', async () => {
  const store = await warmStore({ statementTimeoutMs: 150, appendTimeoutMs: 400 });
  await takeLock();
  await expect(store.append('s', -1, [newEvent()])).rejects.toThrow(EventStoreUnavailable);
  await giveLock();
  expect(await written()).toBe(1);
});

test('an append to a database without the schema is refused at once, and says why', async () => {
  const store = createPostgresEventStore({ connectionString: await freshDatabase() });
  stores.push(store);
  const error: unknown = await store.append('s', -1, [newEvent()]).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(EventStoreUnavailable);
  expect(error).toMatchObject({ cause: { message: expect.stringContaining('confledger_events') as string } });
});

test('a read that gets no answer rejects with EventStoreUnavailable, and the next one is served', async () => {
  const store = await warmStore({ statementTimeoutMs: 100 });
  await store.lastPosition();
  proxy.pause();
  await expect(store.readStream('warm', { limit: 1 })).rejects.toThrow(EventStoreUnavailable);
  proxy.resume();
  expect(await store.readStream('warm', { limit: 1 })).toHaveLength(1);
});

test('a subscription whose connections were all cut goes on by itself, without gap and without repetition', async () => {
  const other = createPostgresEventStore({ connectionString: url });
  stores.push(other);
  const store = newStore();
  const got: StoredEvent[] = [];
  const abort = new AbortController();
  const reading = (async () => {
    for await (const batch of store.subscribe({ after: 0n, signal: abort.signal })) got.push(...batch);
  })();
  for (let revision = -1; revision < 30; revision += 1) {
    await other.append('s', revision, [newEvent()]);
    if (revision % 10 === 0) proxy.cut();
  }
  await eventually(() => got.length >= 31);
  abort.abort();
  await reading;
  expect(got.map(({ revision }) => revision)).toEqual(Array.from({ length: 31 }, (_, index) => index));
});

test('a subscription whose listening backend was ended hears of later appends again', async () => {
  const other = createPostgresEventStore({ connectionString: url });
  stores.push(other);
  const store = newStore();
  const got: StoredEvent[] = [];
  const abort = new AbortController();
  const reading = (async () => {
    for await (const batch of store.subscribe({ after: 0n, signal: abort.signal })) got.push(...batch);
  })();
  const listening = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%max(position)%' AND pid <> pg_backend_pid() AND state = 'idle'`;
  await eventually(async () => (await admin.query(listening)).rows.length > 0);
  await admin.query(`SELECT pg_terminate_backend(pid) FROM (${listening}) AS those`);
  await other.append('s', -1, [newEvent()]);
  await eventually(() => got.length === 1);
  abort.abort();
  await reading;
});

test('a subscription and a store end although the server is silent', async () => {
  const store = await warmStore();
  const abort = new AbortController();
  const reading = (async () => {
    for await (const batch of store.subscribe({ after: 0n, signal: abort.signal })) expect(batch.length).toBe(1);
  })();
  await eventually(() => proxy.connections >= 2);
  proxy.pause();
  abort.abort();
  await reading;
  await store.close();
});
