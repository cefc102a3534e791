// The insert at a known place: that it is what writes, that it gives way to whoever else writes, and that it writes everything or nothing.
import { EventStoreUnavailable, type EventStore } from '@confledger/application';
import { advisoryKey } from '@confledger/postgres';
import { eventually, freshDatabase } from '@confledger/test-support';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPostgresEventStore, migrateEventStore, type PostgresEventStoreOptions } from './index.js';
import { UNDISTURBED_FLUSHES_MIN } from './known-end.js';

let url: string;
let admin: pg.Client;
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  url = await freshDatabase();
  await migrateEventStore({ connectionString: url });
  admin = await connected();
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  closers.push(() => client.end());
  return client;
}

const newEvent = () => ({ id: randomUUID(), type: 'ConfigSet', data: '{}', metadata: '{}' });

/** A store that has written once, so that it knows where the log ends. */
async function warmStore(options: Partial<PostgresEventStoreOptions> = {}): Promise<EventStore> {
  const store = createPostgresEventStore({ connectionString: url, ...options });
  closers.push(() => store.close());
  await store.append('warm', -1, [newEvent()]);
  return store;
}

/** Whatever is appended from now on is written by an insert, or not at all. */
const dropFunctions = () => admin.query('DROP FUNCTION confledger_events.append; DROP FUNCTION confledger_events.append_stream');

const rowAt = (position: number, stream: string, revision: number): string =>
  `INSERT INTO confledger_events.events VALUES (${position}, '${stream}', ${revision}, gen_random_uuid(), 'T', '{}', '{}')`;

const log = async (): Promise<string[]> => {
  const { rows } = await admin.query<{ row: string }>(
    `SELECT position || ' ' || stream || ' ' || revision AS row FROM confledger_events.events ORDER BY position`,
  );
  return rows.map(({ row }) => row);
};

test.each([true, false])(
  'a store that is alone writes by insert, one event and many of many streams (wakes others: %s)',
  async (wakesOthers) => {
    const store = await warmStore({ wakesOthers });
    await dropFunctions();
    expect(await store.append('s', -1, [newEvent()])).toEqual({ outcome: 'appended', position: 2n, alreadyThere: false });
    expect(await store.append('s', 0, [newEvent(), newEvent()])).toMatchObject({ position: 4n });
    const appends = await Promise.all([
      store.append('s', 2, [newEvent()]),
      store.append('s', 3, [newEvent()]),
      store.append('t', -1, [newEvent()]),
    ]);
    expect(appends.map((result) => result.outcome === 'appended' && result.position)).toEqual([5n, 6n, 7n]);
    expect(await log()).toEqual(['1 warm 0', '2 s 0', '3 s 1', '4 s 2', '5 s 3', '6 s 4', '7 t 0']);
  },
);

test('what an insert writes is what was given, text for text', async () => {
  const store = await warmStore();
  await dropFunctions();
  const events = [
    { id: randomUUID(), type: 'Ünïcode', data: '{"a":"\\u0001 \\"quoted\\" {},\\\\ 😀"}', metadata: '{"b":[1,2]}' },
    { id: randomUUID(), type: 'Empty', data: '', metadata: '{}' },
  ];
  const [first, second] = events;
  if (first === undefined || second === undefined) throw new Error('There are two events.');
  await store.append('one ✓', -1, [first]);
  await store.append('few ✓', -1, [first, second]);
  await store.append('many ✓', -1, [first, second, ...Array.from({ length: 3 }, newEvent)]);
  expect(await store.readStream('one ✓', { from: 0, limit: 2 })).toMatchObject([first]);
  for (const stream of ['few ✓', 'many ✓']) expect(await store.readStream(stream, { from: 0, limit: 2 })).toMatchObject(events);
});

test.each(['between two of its own', 'at the very place, uncommitted until the store waits for it'])(
  'an event that another writer puts %s is neither overwritten nor lost',
  async (when) => {
    const store = await warmStore();
    const other = await connected();
    await other.query('BEGIN');
    await other.query(rowAt(2, 'other', 0));
    if (when.startsWith('between')) await other.query('COMMIT');
    const append = store.append('s', -1, [newEvent(), newEvent()]);
    if (!when.startsWith('between')) {
      const waits = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'`;
      await eventually(async () => (await admin.query(waits)).rows.length > 0);
      await other.query('COMMIT');
    }
    expect(await append).toEqual({ outcome: 'appended', position: 4n, alreadyThere: false });
    expect(await log()).toEqual(['1 warm 0', '2 other 0', '3 s 0', '4 s 1']);
  },
);

test('a stream that another writer moved on is a conflict, and what is beside it in the flush is written', async () => {
  const store = await warmStore();
  await store.append('s', -1, [newEvent()]);
  await admin.query(rowAt(3, 's', 1));
  const results = await Promise.all([store.append('s', 0, [newEvent()]), store.append('t', -1, [newEvent()])]);
  expect(results).toEqual([
    { outcome: 'conflict', revision: 1 },
    { outcome: 'appended', position: 4n, alreadyThere: false },
  ]);
});

test('a log that has become shorter than the writer knows gets no gap', async () => {
  const store = await warmStore();
  await store.append('s', -1, [newEvent()]);
  await admin.query(`
    ALTER TABLE confledger_events.events DISABLE TRIGGER ALL; DELETE FROM confledger_events.events WHERE position > 1;
    ALTER TABLE confledger_events.events ENABLE ALWAYS TRIGGER events_append_only`);
  expect(await store.append('t', -1, [newEvent()])).toMatchObject({ position: 2n });
  expect(await store.append('u', -1, [newEvent(), newEvent()])).toMatchObject({ position: 4n });
  expect(await log()).toEqual(['1 warm 0', '2 t 0', '3 u 0', '4 u 1']);
});

test.each([
  [-1, 1],
  [-1, 2],
  [-1, 4],
  [5, 1],
  [5, 2],
  [5, 4],
])('revision %i, which is wrong, is a conflict although nobody else writes (%i events)', async (revision, count) => {
  const store = await warmStore();
  await store.append('s', -1, [newEvent()]);
  expect(await store.append('s', revision, Array.from({ length: count }, newEvent))).toEqual({ outcome: 'conflict', revision: 0 });
  expect(await log()).toEqual(['1 warm 0', '2 s 0']);
});

test('while another writer holds the lock nothing is written, and afterwards behind its events', async () => {
  const store = await warmStore();
  const other = await connected();
  await other.query('BEGIN');
  await other.query('SELECT pg_advisory_xact_lock($1)', [advisoryKey('append "confledger_events"')]);
  const append = store.append('s', -1, [newEvent()]);
  await eventually(async () => (await admin.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'`)).rows.length > 0);
  await other.query(rowAt(2, 'other', 0));
  await other.query('COMMIT');
  expect(await append).toMatchObject({ position: 3n });
});

test('an insert holds the lock until its commit: the functions of another process wait for it', async () => {
  const store = await warmStore();
  // A commit that takes long: a trigger that waits for us.
  await admin.query(`
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
    CREATE TRIGGER wait AFTER INSERT ON confledger_events.events FOR EACH STATEMENT EXECUTE FUNCTION wait()`);
  await admin.query('SELECT pg_advisory_lock(1)');
  const append = store.append('s', -1, [newEvent()]);
  await eventually(async () => (await admin.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'`)).rows.length > 0);
  const other = firstAppend('other');
  await eventually(async () => (await admin.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'`)).rows.length > 1);
  await admin.query('SELECT pg_advisory_unlock(1)');
  expect([await append, await other]).toMatchObject([{ position: 2n }, { position: 3n }]);
});

/** Of another store. */
function firstAppend(stream: string): ReturnType<EventStore['append']> {
  const store = createPostgresEventStore({ connectionString: url });
  closers.push(() => store.close());
  return store.append(stream, -1, [newEvent()]);
}

test('an insert whose backend is ended while it waits is written once, by the next attempt', async () => {
  const store = await warmStore();
  const other = await connected();
  await other.query('BEGIN');
  await other.query(rowAt(2, 'other', 0));
  const append = store.append('s', -1, [newEvent()]);
  const waits = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'`;
  const pid = await eventually(async () => (await admin.query<{ pid: number }>(waits)).rows[0]?.pid);
  await admin.query('SELECT pg_terminate_backend($1)', [pid]);
  await other.query('ROLLBACK');
  expect(await append).toMatchObject({ outcome: 'appended', position: 2n });
  expect(await log()).toEqual(['1 warm 0', '2 s 0']);
});

test('after another writer came between, the functions write until the log was undisturbed for a while', async () => {
  const store = await warmStore();
  await admin.query(rowAt(2, 'other', 0));
  for (let revision = -1; revision < UNDISTURBED_FLUSHES_MIN; revision += 1) await store.append('s', revision, [newEvent()]);
  await dropFunctions();
  expect(await store.append('s', UNDISTURBED_FLUSHES_MIN, [newEvent()])).toMatchObject({ outcome: 'appended' });
});

test('while it is in doubt whether the log is the known one, nothing is inserted at a place of the other', async () => {
  let isDoubtful = false;
  const store = await warmStore({
    checkLog: () => (isDoubtful ? Promise.reject(new EventStoreUnavailable('In doubt.')) : Promise.resolve()),
  });
  isDoubtful = true;
  await expect(store.checkLog?.()).rejects.toThrow('In doubt.');
  await dropFunctions();
  await expect(store.append('s', -1, [newEvent()])).rejects.toThrow(EventStoreUnavailable);
  expect(await log()).toEqual(['1 warm 0']);
});
