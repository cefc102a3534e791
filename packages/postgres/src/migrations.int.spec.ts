// Migrations against a real database: once, in order, whole or not at all.
import { eventually, freshDatabase } from '@confledger/test-support';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate, quotedSchema, SchemaTooNew, type Migration } from './index.js';

const first: Migration = {
  number: 1,
  name: 'first',
  sql: (schema) => `CREATE TABLE ${schema}.a (n int); CREATE TABLE ${schema}.b (n int);`,
};
const second: Migration = { number: 2, name: 'second', sql: (schema) => `INSERT INTO ${schema}.a VALUES (2);` };
const broken: Migration = { number: 2, name: 'broken', sql: (schema) => `INSERT INTO ${schema}.a VALUES (3); SELECT nonsense;` };

let connectionString: string;
let admin: pg.Client;
beforeEach(async () => {
  connectionString = await freshDatabase();
  admin = new pg.Client({ connectionString });
  await admin.connect();
});
afterEach(() => admin.end());

const applied = async (): Promise<number[]> =>
  (await admin.query<{ number: number }>('SELECT number FROM some_schema.migrations ORDER BY number')).rows.map(({ number }) => number);
const target = () => ({ connectionString, schema: 'some_schema' });

test('what is missing is applied, in order, and what is there is left alone', async () => {
  expect(await migrate(target(), [first])).toEqual([1]);
  expect(await migrate(target(), [first, second])).toEqual([2]);
  expect(await migrate(target(), [first, second])).toEqual([]);
  expect((await admin.query('SELECT n FROM some_schema.a')).rows).toEqual([{ n: 2 }]);
});

test('of several processes that migrate at once one works and the others find it done', async () => {
  const done = await Promise.all(Array.from({ length: 5 }, () => migrate(target(), [first, second])));
  expect(done.flat().sort((one, other) => one - other)).toEqual([1, 2]);
  expect((await admin.query('SELECT n FROM some_schema.a')).rows).toEqual([{ n: 2 }]);
});

test('of a migration that fails nothing stays, and those before it do', async () => {
  await expect(migrate(target(), [first, broken])).rejects.toThrow(/Migration 2 \(broken\)/);
  expect(await applied()).toEqual([1]);
  expect((await admin.query('SELECT n FROM some_schema.a')).rows).toEqual([]);
});

test('a schema of a newer release is refused', async () => {
  await migrate(target(), [first, second]);
  await expect(migrate(target(), [first])).rejects.toThrow(SchemaTooNew);
});

test('a schema name that would need care in SQL is refused', () => {
  expect(quotedSchema('some_schema')).toBe('"some_schema"');
  for (const name of ['', 'Upper', 'a-b', 'a"b', 'a b', 'x'.repeat(49), '1a']) expect(() => quotedSchema(name)).toThrow(TypeError);
});

test('no session is left behind', async () => {
  await migrate(target(), [first]);
  await expect(migrate(target(), [first, broken])).rejects.toThrow(/broken/);
  const others = 'SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
  await eventually(async () => (await admin.query(others)).rows.length === 0);
});
