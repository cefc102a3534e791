// The Postgres snapshot store, node reports and heartbeats under the rules of their ports.
import { apiHeartbeatsConformance, nodeReportsConformance, snapshotStoreConformance } from '@confledger/conformance';
import { createPool } from '@confledger/postgres';
import { freshDatabase } from '@confledger/test-support';
import type pg from 'pg';
import { createPostgresApiHeartbeats } from './api-heartbeats.js';
import { createPostgresNodeReports } from './node-reports.js';
import { migrateReadModel } from './schema.js';
import { createPostgresSnapshotStore } from './snapshot-store.js';

let database: Promise<string> | undefined;
let schemas = 0;

async function fresh(): Promise<{ pool: pg.Pool; schema: string }> {
  schemas += 1;
  const location = { connectionString: await (database ??= freshDatabase()), schema: `test_${schemas}` };
  await migrateReadModel(location);
  return { pool: createPool(location), schema: location.schema };
}

snapshotStoreConformance('The Postgres snapshot store', async () => {
  const { pool, schema } = await fresh();
  return { store: createPostgresSnapshotStore(pool, { schema }), close: () => pool.end() };
});

nodeReportsConformance('Postgres', async () => {
  const { pool, schema } = await fresh();
  return { reports: createPostgresNodeReports(pool, { schema }), close: () => pool.end() };
});

apiHeartbeatsConformance('Postgres', async () => {
  const { pool, schema } = await fresh();
  const table = `${schema}.api_heartbeats`;
  return {
    heartbeats: createPostgresApiHeartbeats(pool, { schema }),
    kept: async () => Number((await pool.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]?.count),
    age: async (ms) => void (await pool.query(`UPDATE ${table} SET heartbeat_at = heartbeat_at - $1 * interval '1 millisecond'`, [ms])),
    close: () => pool.end(),
  };
});
