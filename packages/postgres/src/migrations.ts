// Brings a schema to what the code expects: numbered steps, each applied once and never edited afterwards.
import { advisoryKey } from './advisory-locks.js';
import { connectClient, endClient, type PostgresOptions } from './connections.js';
import { RELEASE } from './release.js';
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

  /** Throws one that names the newer release, when more migrations were applied than the `known` ones. */
  static throwIfBeyond(
    schema: string,
    applied: readonly { readonly number: number; readonly release: string | null }[],
    known: number,
  ): void {
    const newest = applied.find(({ number }) => number === Math.max(...applied.map((each) => each.number)));
    if (newest === undefined || newest.number <= known) return;
    // Tables of the first releases do not say.
    const release = newest.release === null ? 'a newer release' : `release ${newest.release}`;
    throw new SchemaTooNew(
      `Schema ${schema} was laid out by ${release} (migration ${newest.number}); this is release ${RELEASE}, which knows ${known}: run the newer release.`,
    );
  }
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
        number int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(), release text
      );
    `);
    await addRelease(client, schema);
    const { rows } = await client.query<{ number: number; release: string | null }>(`SELECT number, release FROM ${schema}.migrations`);
    SchemaTooNew.throwIfBeyond(options.schema, rows, migrations.length);
    const applied = new Set(rows.map((row) => row.number));
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
    const { number, name } = migration;
    await client.query(`INSERT INTO ${schema}.migrations (number, name, release) VALUES ($1, $2, $3)`, [number, name, RELEASE]);
    await client.query('COMMIT');
  } catch (error) {
    throw new Error(`Migration ${migration.number} (${migration.name}) failed; nothing of it stays.`, { cause: error });
  }
}

/** For a table that an older release made. Looked at first: changing a table waits for everybody who reads it. */
async function addRelease(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query('SELECT 1 FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2', [
    `${schema}.migrations`,
    'release',
  ]);
  if (rows.length === 0) await client.query(`ALTER TABLE ${schema}.migrations ADD COLUMN release text`);
}
