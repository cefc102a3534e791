// Several stores over one log, as several processes have it; and what the schema itself refuses.
import type { EventStore, StoredEvent } from '@confledger/application';
import { eventually, freshDatabase } from '@confledger/test-support';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPostgresEventStore, migrateEventStore } from './index.js';
import { POLL_INTERVAL_MS } from './listener.js';

let url: string;
let admin: pg.Client;
const stores: EventStore[] = [];

beforeAll(async () => {
  url = await freshDatabase();
  await migrateEventStore({ connectionString: url });
  admin = new pg.Client({ connectionString: url });
  await admin.connect();
  for (let index = 0; index < 4; index += 1) stores.push(createPostgresEventStore({ connectionString: url }));
});

afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await admin.end();
});

const newEvent = (by = 0) => ({ id: randomUUID(), type: 'ConfigSet', data: JSON.stringify({ by }), metadata: '{}' });

test('of stores that race for a stream exactly one wins each revision', async () => {
  const rounds = 40;
  const wins = stores.map(() => 0);
  for (let round = 0; round < rounds; round += 1) {
    const results = await Promise.all(stores.map((store, by) => store.append('race', round - 1, [newEvent(by)])));
    const winners = results.flatMap(({ outcome }, by) => (outcome === 'appended' ? [by] : []));
    expect(winners).toHaveLength(1);
    for (const result of results) if (result.outcome === 'conflict') expect(result.revision).toBe(round);
    for (const by of winners) wins[by] = (wins[by] ?? 0) + 1;
  }
  const stored = await admin.query<{ by: number; n: string }>(
    `SELECT (data::json->>'by')::int AS by, count(*) AS n FROM confledger_events.events WHERE stream = 'race' GROUP BY 1`,
  );
  const counts = new Map(stored.rows.map(({ by, n }) => [by, Number(n)]));
  expect(wins.map((_, by) => counts.get(by) ?? 0)).toEqual(wins);
});

test('a subscriber misses, repeats and reorders nothing while four stores append at once', async () => {
  const [reader] = stores;
  if (reader === undefined) throw new Error('There are four stores.');
  const after = await reader.lastPosition();
  const got: StoredEvent[] = [];
  const abort = new AbortController();
  const reading = (async () => {
    for await (const batch of reader.subscribe({ after, signal: abort.signal })) got.push(...batch);
  })();
  const writers = stores.flatMap((store, by) => Array.from({ length: 8 }, (_, index) => ({ store, stream: `many-${by}-${index}` })));
  await Promise.all(
    writers.map(async ({ store, stream }) => {
      for (let revision = -1; revision < 40; revision += 2) await store.append(stream, revision, [newEvent(), newEvent()]);
    }),
  );
  const expected = await admin.query<{ position: string }>(
    'SELECT position FROM confledger_events.events WHERE position > $1 ORDER BY position',
    [after.toString()],
  );
  await eventually(() => got.length >= expected.rows.length);
  abort.abort();
  await reading;
  expect(got.map(({ position }) => position.toString())).toEqual(expected.rows.map(({ position }) => position));
});

test("a subscriber hears of another store's appends by notification, not by the next poll", async () => {
  const [reader, writer] = stores;
  if (reader === undefined || writer === undefined) throw new Error('There are four stores.');
  let heard = 0;
  const after = await reader.lastPosition();
  const abort = new AbortController();
  const reading = (async () => {
    for await (const batch of reader.subscribe({ after, signal: abort.signal })) heard += batch.length;
  })();
  const appends = 10;
  const begun = performance.now();
  for (let count = 1; count <= appends; count += 1) {
    await writer.append('heard', count - 2, [newEvent()]);
    await eventually(() => heard === count);
  }
  abort.abort();
  await reading;
  // By polling alone they would take half an interval each on average; the margin is for slow machines.
  expect(performance.now() - begun).toBeLessThan((appends * POLL_INTERVAL_MS) / 2);
});

test('positions have no gaps, whatever was refused in between', async () => {
  const { rows } = await admin.query<{ n: string; last: string }>(
    'SELECT count(*) AS n, max(position) AS last FROM confledger_events.events',
  );
  expect(rows[0]?.n).toBe(rows[0]?.last);
});

test.each([
  [
    'append',
    `ARRAY['snap-many'], ARRAY[$1::bigint], ARRAY[1], ARRAY[$1::bigint + 1], ARRAY[gen_random_uuid()], ARRAY['T'], ARRAY['{}'], ARRAY['{}'], true`,
    'snap-many',
    ['0'],
  ],
  ['append_stream', `'snap-one', $1::bigint, ARRAY[gen_random_uuid()], ARRAY['T'], ARRAY['{}'], ARRAY['{}'], true`, 'snap-one', '0'],
])('%s sees what the holder committed for whom it waited', async (name, parameters, stream, head) => {
  // Both call the function inside transactions of their own: the second waits, and must see the first one's event and position.
  const append = `SELECT * FROM confledger_events.${name}(${parameters})`;
  const [first, second] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  await Promise.all([first.connect(), second.connect()]);
  try {
    await first.query('BEGIN');
    await first.query(append, [-1]);
    const waiting = second.query<{ heads?: string[]; head?: string }>(append, [-1]);
    await eventually(async () => (await admin.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory'`)).rows.length > 0);
    await first.query('COMMIT');
    const [row] = (await waiting).rows;
    expect(row?.heads ?? row?.head).toEqual(head);
    expect((await admin.query('SELECT 1 FROM confledger_events.events WHERE stream = $1', [stream])).rows).toHaveLength(1);
  } finally {
    await Promise.all([first.end(), second.end()]);
  }
});

test('a process that wakes nobody is still heard, by the next look', async () => {
  const silent = createPostgresEventStore({ connectionString: url, wakesOthers: false });
  const listening = createPostgresEventStore({ connectionString: url });
  const abort = new AbortController();
  try {
    const subscription = listening.subscribe({ after: await listening.lastPosition(), signal: abort.signal })[Symbol.asyncIterator]();
    const next = subscription.next();
    await silent.append('silent', -1, [newEvent()]);
    expect((await next).value?.map(({ stream }: { stream: string }) => stream)).toEqual(['silent']);
  } finally {
    abort.abort();
    await Promise.all([silent.close(), listening.close()]);
  }
});

test.each([
  ['UPDATE', `UPDATE confledger_events.events SET data = '{}'`],
  ['DELETE', 'DELETE FROM confledger_events.events'],
  ['DELETE of nothing', 'DELETE FROM confledger_events.events WHERE false'],
  ['TRUNCATE', 'TRUNCATE confledger_events.events'],
  ['DELETE as a replica', `SET session_replication_role = replica; DELETE FROM confledger_events.events`],
])('the log refuses %s, also from its owner', async (_, sql) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await expect(client.query(sql)).rejects.toThrow(/append-only/);
  } finally {
    await client.end();
  }
});

test('every session of the store is durable and READ COMMITTED', async () => {
  // A database whose defaults are not: the store must not rely on them.
  const other = await freshDatabase();
  const name = pg.escapeIdentifier(new URL(other).pathname.slice(1));
  await admin.query(
    `ALTER DATABASE ${name} SET synchronous_commit = off; ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`,
  );
  await migrateEventStore({ connectionString: other });
  const client = new pg.Client({ connectionString: other });
  await client.connect();
  await client.query(`
    CREATE TABLE public.seen (durable text, isolation text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO public.seen VALUES (current_setting('synchronous_commit'), current_setting('transaction_isolation')); RETURN NULL;
    END $$;
    CREATE TRIGGER note AFTER INSERT ON confledger_events.events EXECUTE FUNCTION note();
  `);
  const store = createPostgresEventStore({ connectionString: other });
  await store.append('s', -1, [newEvent()]);
  expect((await client.query('SELECT * FROM public.seen')).rows).toEqual([{ durable: 'on', isolation: 'read committed' }]);
  await store.close();
  await client.end();
});

test('two logs in one database, in schemas of their own, do not meet', async () => {
  await migrateEventStore({ connectionString: url, schema: 'other_events' });
  const store = createPostgresEventStore({ connectionString: url, schema: 'other_events' });
  expect(await store.append('race', -1, [newEvent()])).toMatchObject({ outcome: 'appended', position: 1n });
  await store.close();
});
