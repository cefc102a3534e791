// The tables of one schema as a part finds them: checked where the login only uses them, brought up to date where it owns them.
import { connectClient, endClient, type PostgresOptions } from './connections.js';
import { migrate, SchemaTooNew, type Migration } from './migrations.js';
import { missingRight, type Part, type SchemaRights } from './rights.js';
import { RELEASE } from './release.js';
import type pg from 'pg';

export interface Layout {
  /** Unquoted. */
  readonly schema: string;
  readonly migrations: readonly Migration[];
  readonly rights: SchemaRights;
}

/** The tables are not as this release needs them, and this login may not change that. The message names the remedy. */
export class LayoutUnfit extends Error {
  override readonly name = 'LayoutUnfit';

  /** With the remedy added. */
  static for(problem: string): LayoutUnfit {
    return new LayoutUnfit(`${problem}: run migrate of release ${RELEASE} (operations.md, "Roles").`);
  }
}

const OWNER_WARNING =
  'this part logs in as the owner of its tables, who may change the log: give each part a role of its own (operations.md, "Roles")';

/** Warns at its first call that the part could do more than it needs, and never again: a process has several schemas. */
export function createOwnerWarning(logger: { warn(details: object, message: string): void }): () => void {
  let isWarned = false;
  return () => {
    if (!isWarned) logger.warn({}, OWNER_WARNING);
    isWarned = true;
  };
}

/**
 * Makes a schema usable for a part. Lays out what is missing where the login owns the schema or may make it; otherwise only checks. Answers
 * whether the login is the owner. Rejects with `LayoutUnfit` and `SchemaTooNew`.
 */
export async function ensureLayout(options: PostgresOptions, layout: Layout, part: Part): Promise<{ readonly isOwner: boolean }> {
  const found = await look(options, layout, part);
  if (!found.isComplete) await migrate({ ...options, schema: layout.schema }, layout.migrations);
  return { isOwner: found.isMine };
}

interface Found {
  /** The login owns the schema, or may make it. */
  readonly isMine: boolean;
  /** Every migration of this release has been applied. */
  readonly isComplete: boolean;
}

async function look(options: PostgresOptions, layout: Layout, part: Part): Promise<Found> {
  const client = await connectClient(options);
  try {
    const { login, database, isMine, isThere, isReadable } = await standingOf(client, layout.schema);
    const where = `schema ${layout.schema} in database ${database}`;
    if (!isThere && !isMine) throw LayoutUnfit.for(`there is no ${where}, and the user ${login} may not make it`);
    if (isThere && !isReadable && !isMine) throw LayoutUnfit.for(`the user ${login} may not use ${where}`);
    const isComplete = isReadable && (await appliedIn(client, layout)) === layout.migrations.length;
    if (!isComplete && !isMine) throw LayoutUnfit.for(`${where} is of an older release, and the user ${login} may not change it`);
    const lacks = isComplete && !isMine ? await missingRight(client, layout.schema, layout.rights, part) : null;
    if (lacks !== null) throw LayoutUnfit.for(`the user ${login} lacks a right of the ${part} (${lacks})`);
    return { isMine, isComplete };
  } finally {
    await endClient(client);
  }
}

interface Standing {
  readonly login: string;
  readonly database: string;
  readonly isMine: boolean;
  readonly isThere: boolean;
  readonly isReadable: boolean;
}

/** Reads the catalogue only, which needs no right. */
async function standingOf(client: pg.ClientBase, schema: string): Promise<Standing> {
  const { rows } = await client.query<Standing>(
    `SELECT current_user AS login, current_database() AS database, c.oid IS NOT NULL AS "isThere",
       coalesce(pg_has_role(n.nspowner, 'USAGE'), has_database_privilege(current_database(), 'CREATE')) AS "isMine",
       coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), false) AS "isReadable"
     FROM (SELECT $1::name AS name) wanted
     LEFT JOIN pg_namespace n ON n.nspname = wanted.name
     LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'migrations' AND c.relkind = 'r'`,
    [schema],
  );
  const [standing] = rows;
  if (standing === undefined) throw new Error('Postgres answered a query without rows that always has one.');
  return standing;
}

/** How many of the migrations have been applied. Rejects with `SchemaTooNew` when more have been than this release knows. */
async function appliedIn(client: pg.ClientBase, { schema, migrations }: Layout): Promise<number> {
  const { rows } = await client.query<{ number: number; release: string | null }>(
    `SELECT m.number, to_jsonb(m) ->> 'release' AS release FROM ${schema}.migrations m ORDER BY m.number`,
  );
  SchemaTooNew.throwIfBeyond(schema, rows, migrations.length);
  return rows.length;
}
