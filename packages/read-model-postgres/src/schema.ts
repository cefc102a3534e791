// The schemas of the read model: a fixed one (pointer, snapshots, node reports, heartbeats, views) and one per generation of tables.
import { connectClient, migrate, quotedSchema, SchemaTooNew, type PostgresOptions } from '@confledger/postgres';
import type pg from 'pg';
import { addGeneration, pointAt, readPointer } from './generations.js';
import { LAYOUT } from './layout.js';
import { pointer } from './migrations/0001-pointer.js';
import { snapshots } from './migrations/0002-snapshots.js';
import { nodeReports } from './migrations/0003-node-reports.js';
import { authenticity } from './migrations/0004-authenticity.js';
import { apiHeartbeats } from './migrations/0005-api-heartbeats.js';

export const READ_MODEL_SCHEMA_DEFAULT = 'confledger';

/** Never edited once released: what changes is a new number. */
const MIGRATIONS = [pointer, snapshots, nodeReports, authenticity, apiHeartbeats];

export type ReadModelLocation = PostgresOptions & {
  /** The fixed schema, plain lower case, at most 32 characters; the generations' are named after it. Default `confledger`. */
  readonly schema?: string;
};

/**
 * Makes or updates everything of the read model that can be without reading the log. Safe to call at every start, from any number
 * of processes. 'outdated': the tables that serve were laid out by an older release, and a rebuild has to replace them.
 */
export async function migrateReadModel(location: ReadModelLocation): Promise<'current' | 'outdated'> {
  const schema = location.schema ?? READ_MODEL_SCHEMA_DEFAULT;
  await migrate({ ...location, schema }, MIGRATIONS);
  const client = await connectClient(location);
  try {
    return await firstGeneration(client, schema);
  } finally {
    await client.end();
  }
}

async function firstGeneration(client: pg.Client, schema: string): Promise<'current' | 'outdated'> {
  await client.query('BEGIN');
  // Held to the end of the transaction: of several processes that start at once, one makes the first tables.
  await client.query(`LOCK TABLE ${quotedSchema(schema)}.read_model IN SHARE ROW EXCLUSIVE MODE`);
  const serving = await readPointer(client, schema);
  if (serving === null) {
    const generation = await addGeneration(client, schema);
    await pointAt(client, schema, generation);
  }
  await client.query('COMMIT');
  if (serving === null || serving.layout === LAYOUT) return 'current';
  if (serving.layout < LAYOUT) return 'outdated';
  throw new SchemaTooNew(`The read model has layout ${serving.layout}, this release knows ${LAYOUT}: run the newer release.`);
}
