// The shared Postgres of a test run, as spec files see it.
import pg from 'pg';
import { expect, test } from 'vitest';
import { freshDatabase } from './index.js';

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('each call answers an empty database of its own', async () => {
  const [first, second] = await Promise.all([freshDatabase(), freshDatabase()]);
  await ask(first, 'CREATE TABLE there (id int)');
  expect(await ask(first, `SELECT to_regclass('there') IS NOT NULL AS found`)).toEqual([{ found: true }]);
  expect(await ask(second, `SELECT to_regclass('there') IS NOT NULL AS found`)).toEqual([{ found: false }]);
});
