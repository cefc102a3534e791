// The schemas of the read model: a fixed one (pointer, snapshots, documents of layers, node reports, heartbeats, blocked ledgers, views), one per generation of tables, and those of caches.
import {
  connectClient,
  endClient,
  ensureLayout,
  LayoutUnfit,
  migrate,
  quotedSchema,
  SchemaTooNew,
  type Layout,
  type Part,
  type PostgresOptions,
  type SchemaRights,
} from '@confledger/postgres';
import type pg from 'pg';
import { addGeneration, pointAt, readPointer } from './generations.js';
import { LAYOUT, VIEWED_TABLES } from './layout.js';
import { pointer } from './migrations/0001-pointer.js';
import { snapshots } from './migrations/0002-snapshots.js';
import { nodeReports } from './migrations/0003-node-reports.js';
import { authenticity } from './migrations/0004-authenticity.js';
import { apiHeartbeats } from './migrations/0005-api-heartbeats.js';
import { inheritanceBlocks } from './migrations/0006-inheritance-blocks.js';
import { layerDocuments } from './migrations/0007-layer-documents.js';
import { nodeResolution } from './migrations/0008-node-resolution.js';

export const READ_MODEL_SCHEMA_DEFAULT = 'confledger';

/** Never edited once released: what changes is a new number. */
const MIGRATIONS = [pointer, snapshots, nodeReports, authenticity, apiHeartbeats, inheritanceBlocks, layerDocuments, nodeResolution];

/**
 * On the tables of the fixed schema. Its views, and the generations behind them, belong to the projector. A table that comes with a migration
 * is added here.
 */
export const READ_MODEL_RIGHTS: SchemaRights = {
  makers: ['projector'],
  tables: {
    migrations: { api: ['SELECT'], projector: ['SELECT'] },
    read_model: { projector: ['SELECT', 'INSERT', 'UPDATE'] },
    snapshots: { api: ['SELECT', 'INSERT', 'DELETE'] },
    node_reports: { api: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
    api_heartbeats: { api: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
    inheritance_blocks: { api: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
    layer_documents: { api: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  },
};

/** Readers of the views. */
export const VIEW_READERS = ['api', 'reader'] as const;

export type ReadModelLocation = PostgresOptions & {
  /** The fixed schema, plain lower case, at most 32 characters; the generations' are named after it. Default `confledger`. */
  readonly schema?: string;
};

/**
 * Makes or updates everything of the read model that can be without reading the log. Safe to call at every start, from any number
 * of processes. 'outdated': the tables that serve were laid out by an older release, and a rebuild has to replace them.
 */
export async function migrateReadModel(location: ReadModelLocation): Promise<'current' | 'outdated'> {
  await migrateFixedSchema(location);
  return ensureGeneration(location);
}

/** The part of it that belongs to the owner of the tables. Answers the steps applied. */
export function migrateFixedSchema(location: ReadModelLocation): Promise<number[]> {
  return migrate({ ...location, schema: schemaOf(location) }, MIGRATIONS);
}

/** Makes the read model usable for an api: see `ensureLayout`. Rejects with `LayoutUnfit` also where it may not read the views. */
export async function ensureReadModel(location: ReadModelLocation): Promise<{ readonly isOwner: boolean }> {
  const ensured = await ensure(location, 'api');
  if (!ensured.isOwner) await assertReadable(location);
  return ensured;
}

async function assertReadable(location: ReadModelLocation): Promise<void> {
  const client = await connectClient(location);
  try {
    const { rows } = await client.query<{ relname: string; login: string }>(
      `SELECT relname, current_user AS login FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
       WHERE nspname = $1 AND relkind = 'v' AND relname = ANY($2) AND NOT has_table_privilege(c.oid, 'SELECT') LIMIT 1`,
      [schemaOf(location), VIEWED_TABLES],
    );
    const [view] = rows;
    if (view === undefined) return;
    throw LayoutUnfit.for(`the user ${view.login} lacks a right of the api (SELECT on ${schemaOf(location)}.${view.relname})`);
  } finally {
    await endClient(client);
  }
}

/** Makes the read model usable for a projector, with tables to project into. 'outdated' as for `migrateReadModel`. */
export async function ensureProjections(
  location: ReadModelLocation,
): Promise<{ readonly isOwner: boolean; readonly layout: 'current' | 'outdated' }> {
  const { isOwner } = await ensure(location, 'projector');
  return { isOwner, layout: await ensureGeneration(location) };
}

async function ensure(location: ReadModelLocation, part: Part): Promise<{ readonly isOwner: boolean }> {
  const layout: Layout = { schema: schemaOf(location), migrations: MIGRATIONS, rights: READ_MODEL_RIGHTS };
  const { isOwner } = await ensureLayout(location, layout, part);
  // As long as one login does everything, an api that is there first makes the views that it answers from.
  if (isOwner) await ensureGeneration(location);
  return { isOwner };
}

async function ensureGeneration(location: ReadModelLocation): Promise<'current' | 'outdated'> {
  const client = await connectClient(location);
  try {
    return await firstGeneration(client, schemaOf(location));
  } finally {
    await endClient(client);
  }
}

export function schemaOf({ schema = READ_MODEL_SCHEMA_DEFAULT }: ReadModelLocation): string {
  return schema;
}

/** To be called by the owner of the generations. */
export async function firstGeneration(client: pg.Client, schema: string): Promise<'current' | 'outdated'> {
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
