// The embedded server itself: durable when asked, gone when stopped.
import { existsSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { startPostgres } from './index.js';

test.each([
  [true, 'on'],
  [false, 'off'],
])('with durable %s fsync is %s, and after stop neither server nor data are left', async (durable, fsync) => {
  const server = await startPostgres({ durable });
  const client = new pg.Client({ connectionString: await server.createDatabase('named') });
  await client.connect();
  const { rows } = await client.query<{ fsync: string; directory: string; name: string }>(
    `SELECT current_setting('fsync') AS fsync, current_setting('data_directory') AS directory, current_database() AS name`,
  );
  await client.end();
  await Promise.all([server.stop(), server.stop()]);
  expect(rows[0]).toMatchObject({ fsync, name: 'named' });
  expect(existsSync(path.dirname(rows[0]?.directory ?? ''))).toBe(false);
  await expect(new pg.Client({ connectionString: server.url }).connect()).rejects.toThrow(/ECONNREFUSED/);
});
