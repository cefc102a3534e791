// The statement that writes a batch, on a real Postgres, beside others that write at the same moment; and the values that it carries.
import type { ProjectionBatch, StoredEvent } from '@confledger/application';
import { createPool } from '@confledger/postgres';
import { eventually, freshDatabase } from '@confledger/test-support';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { arrayLiteral } from './array-literal.js';
import { openProjectionStore } from './projection-store.js';
import { migrateReadModel } from './schema.js';

let pool: pg.Pool;
beforeAll(async () => {
  const connectionString = await freshDatabase();
  await migrateReadModel({ connectionString });
  pool = createPool({ connectionString, applicationName: 'batch spec' });
});
afterAll(() => pool.end());

/** A batch that buffers one event of an open change set, by this name. */
function batch(from: bigint, to: bigint, id: string, settled: readonly string[] = []): ProjectionBatch {
  const event: StoredEvent = { stream: 'config-production.engine', revision: 1, position: to, id, type: 'T', data: '{}', metadata: '{}' };
  const rows = { streams: [], environments: [], ledgers: [], items: [], itemsGone: [], versions: [], activations: [], tags: [], audit: [] };
  return { ...rows, from, to, mark: null, settled, buffered: [event], parked: [], parkedStreams: [], resumed: null };
}

const position = async (): Promise<bigint> => (await openProjectionStore(pool, 'confledger')).checkpoint().then(({ position }) => position);
const written = async (): Promise<string[]> =>
  (await pool.query<{ id: string }>('SELECT id FROM confledger_read_1.open_events ORDER BY id')).rows.map(({ id }) => id);
const waiting = (): Promise<boolean> =>
  eventually(async () => {
    const { rows } = await pool.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%WITH moved%'`,
    );
    return rows.length === 2;
  });

test('Of two batches that continue the same checkpoint at the same moment one is written, and nothing of the other', async () => {
  const [from, store] = [await position(), await openProjectionStore(pool, 'confledger')];
  const holder = await pool.connect();
  await holder.query('BEGIN; SELECT 1 FROM confledger_read_1.checkpoint FOR UPDATE');
  const both = Promise.all(['one', 'other'].map((id) => store.commit(batch(from, from + 1n, id))));
  await waiting();
  await holder.query('COMMIT');
  holder.release();
  expect((await both).sort()).toEqual(['committed', 'superseded']);
  expect(await written()).toHaveLength(1);
  expect(await position()).toBe(from + 1n);
});

test('What a batch takes away is gone before what it brings comes, also under the same key', async () => {
  const [from, store] = [await position(), await openProjectionStore(pool, 'confledger')];
  expect(await store.commit(batch(from, from + 1n, 'next', ['config-production.engine']))).toBe('committed');
  expect(await written()).toEqual(['next']);
});

test('A batch that waits for a rebuild to be switched to writes nothing into the old tables', async () => {
  const [from, store] = [await position(), await openProjectionStore(pool, 'confledger')];
  const rebuild = await pool.connect();
  await rebuild.query('BEGIN; SELECT 1 FROM confledger.read_model FOR UPDATE');
  const stream = 'config-production.engine';
  const both = Promise.all(['a', 'b'].map((id) => store.commit(batch(from, from + 1n, id, [stream]))));
  await waiting();
  await rebuild.query('UPDATE confledger.read_model SET generation = 2');
  await rebuild.query('COMMIT');
  rebuild.release();
  expect(await both).toEqual(['superseded', 'superseded']);
  expect(await written()).toEqual(['next']);
  await pool.query('UPDATE confledger.read_model SET generation = 1');
});

test('A commit that does not wait for the disk leaves its connection as it was', async () => {
  const own = createPool({ connectionString: pool.options.connectionString ?? '', connectionsMax: 1 });
  const store = await openProjectionStore(own, 'confledger');
  const from = await position();
  expect(await store.commit(batch(from, from + 1n, 'later', ['config-production.engine']))).toBe('committed');
  expect((await own.query('SHOW synchronous_commit')).rows).toEqual([{ synchronous_commit: 'on' }]);
  await own.end();
});

test.each([
  ['text', ['', 'NULL', 'null', '{', '}', ',', ' ', ' a ', '"', '\\', '\\"', 'a"b\\c', '\n\t\r', 'é', '😀', "'", '{"a":"\\\\\\""}', null]],
  ['bigint', [0n, -1n, 9_223_372_036_854_775_807n, null, 42]],
  ['boolean', [true, false, null]],
  ['timestamptz', ['2026-01-01T00:00:00.000Z', null]],
  ['json', ['null', '"NULL"', '{"a":[1,2,"\\"x\\\\"]}', '1e2', null]],
] as const)('Values of type %s arrive as they are', async (type, values) => {
  const { rows } = await pool.query<{ value: string | null }>(`SELECT value::text FROM unnest($1::${type}[]) AS t(value)`, [
    arrayLiteral<string | number | bigint | boolean | null>(values, (value) => value),
  ]);
  const arrived = rows.map(({ value }) => value);
  if (type === 'timestamptz') expect(arrived.map((value) => value && new Date(value).toISOString())).toEqual(values);
  else expect(arrived).toEqual(values.map((value) => (value === null ? null : String(value))));
});

test('No value at all is an empty array', async () => {
  const { rows } = await pool.query('SELECT cardinality($1::text[]) AS count', [arrayLiteral<string>([], (value) => value)]);
  expect(rows).toEqual([{ count: 0 }]);
});
