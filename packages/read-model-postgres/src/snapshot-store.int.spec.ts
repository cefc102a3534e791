// The Postgres snapshot store and node reports under the rules of their ports.
import { nodeReportsConformance, snapshotStoreConformance } from '@confledger/conformance';
import { createPool } from '@confledger/postgres';
import { freshDatabase } from '@confledger/test-support';
import type pg from 'pg';
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
