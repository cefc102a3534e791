// Brings a schema to what the code expects: numbered steps, each applied once and never edited afterwards.
import { advisoryKey } from './advisory-locks.js';
import { connectClient, endClient, type PostgresOptions } from './connections.js';
import pg from 'pg';

/** One step. `sql` gets the quoted name of the schema and answers one or more statements, which run in one transaction. */
export interface Migration {
  /** From 1, without gaps. */
  readonly number: number;
  readonly name: string;
  readonly sql: (schema: string) => string;
}

/** The database was migrated by a newer release than this one. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew';
}

/** Long enough for an index on a big table; others wait for the lock that long. */
const MIGRATION_TIMEOUT_MS = 600_000;
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,47}$/;

/**
 * Applies what is missing, in order, each step in a transaction of its own. Safe to call from several processes at once: one
 * works, the others wait and find nothing to do. Answers the numbers it applied. Rejects with `SchemaTooNew`.
 */
export async function migrate(options: PostgresOptions & { readonly schema: string }, migrations: readonly Migration[]): Promise<number[]> {
  const schema = quotedSchema(options.schema);
  const client = await connectClient({ ...options, statementTimeoutMs: MIGRATION_TIMEOUT_MS });
  try {
    await client.query('SELECT pg_advisory_lock($1)', [advisoryKey(`migrate ${options.schema}`)]);
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS ${schema};
      CREATE TABLE IF NOT EXISTS ${schema}.migrations (
        number int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
      );
    `);
    const { rows } = await client.query<{ number: number }>(`SELECT number FROM ${schema}.migrations`);
    const applied = new Set(rows.map((row) => row.number));
    refuseNewer(options.schema, applied, migrations);
    const missing = migrations.filter(({ number }) => !applied.has(number));
    for (const migration of missing) await apply(client, schema, migration);
    return missing.map(({ number }) => number);
  } finally {
    // Ending the session gives the lock back.
    await endClient(client);
  }
}

/** A schema name quoted for SQL text; throws a TypeError for one that is not plain lower case of at most 48 characters. */
export function quotedSchema(schema: string): string {
  if (!SCHEMA_NAME.test(schema)) {
    throw new TypeError(`Schema name '${schema}' is not usable: lower-case letters, digits and _, at most 48 characters.`);
  }
  return pg.escapeIdentifier(schema);
}

async function apply(client: pg.Client, schema: string, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql(schema));
    await client.query(`INSERT INTO ${schema}.migrations (number, name) VALUES ($1, $2)`, [migration.number, migration.name]);
    await client.query('COMMIT');
  } catch (error) {
    throw new Error(`Migration ${migration.number} (${migration.name}) failed; nothing of it stays.`, { cause: error });
  }
}

function refuseNewer(schema: string, applied: ReadonlySet<number>, migrations: readonly Migration[]): void {
  const known = migrations.length;
  const newest = Math.max(0, ...applied);
  if (newest <= known) return;
  throw new SchemaTooNew(`Schema ${schema} is at migration ${newest}, this release knows ${known}: run the newer release.`);
}
