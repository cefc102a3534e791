// Gives the generations of the read model, and the views over them, to the projector's role: from then on a rebuild needs no other one.
import { GRANTEES, quotedSchema, rightsStatements, type RoleNames } from '@confledger/postgres';
import pg from 'pg';
import { generationSchema, generationsOf } from './generations.js';
import { VIEWED_TABLES } from './layout.js';
import { firstGeneration, READ_MODEL_RIGHTS, READ_MODEL_SCHEMA_DEFAULT, VIEW_READERS } from './schema.js';
import { inTransaction, patiently } from './transactions.js';

/** Longest wait for a lock in one attempt: queries and the projector queue behind it. */
const LOCK_TIMEOUT_MS = 500;
const ATTEMPTS_MAX = 60;
const PAUSE_MS = 200;

/**
 * Gives each role its rights on the read model, and the projector what it owns there. To be run by the owner of the tables, after
 * `migrateFixedSchema`. Answers the schemas, tables and views that have changed hands.
 */
export async function handOverReadModel(
  client: pg.ClientBase,
  names: RoleNames,
  schema = READ_MODEL_SCHEMA_DEFAULT,
): Promise<readonly string[]> {
  return patiently({ attemptsMax: ATTEMPTS_MAX, pauseMs: PAUSE_MS }, () =>
    inTransaction(client, async () => {
      await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
      // In one transaction: an api that answers queries meanwhile never lacks a right.
      for (const statement of rightsStatements(quotedSchema(schema), READ_MODEL_RIGHTS, names)) await client.query(statement);
      const handedOver = await handOver(client, names, schema);
      for (const statement of await readingStatements(client, names, schema)) await client.query(statement);
      return handedOver;
    }),
  );
}

/** Makes the first tables as the projector, where there are none: an api can answer queries before a projector was ever started. */
export async function makeFirstGeneration(client: pg.Client, names: RoleNames, schema = READ_MODEL_SCHEMA_DEFAULT): Promise<void> {
  await client.query(`SET ROLE ${pg.escapeIdentifier(names.projector)}`);
  try {
    await firstGeneration(client, schema);
  } finally {
    await client.query('RESET ROLE');
  }
}

async function handOver(client: pg.ClientBase, names: RoleNames, schema: string): Promise<string[]> {
  const generations = (await generationsOf(client, schema)).map((generation) => generationSchema(schema, generation));
  const { rows } = await client.query<{ statement: string; name: string }>(
    `SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, $1::text) AS statement, nspname AS name
     FROM pg_namespace WHERE nspname = ANY($2) AND pg_get_userbyid(nspowner) <> $1
     UNION ALL
     SELECT format('ALTER TABLE %I.%I OWNER TO %I', nspname, relname, $1::text), nspname || '.' || relname
     FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE pg_get_userbyid(relowner) <> $1 AND (nspname = ANY($2) AND relkind = 'r' OR nspname = $3 AND relkind = 'v' AND relname = ANY($4))`,
    [names.projector, generations, schema, VIEWED_TABLES],
  );
  for (const { statement } of rows) await client.query(statement);
  return rows.map(({ name }) => name);
}

/** Grants on the views that there are, and by default on those that a rebuild will make. */
async function readingStatements(client: pg.ClientBase, names: RoleNames, schema: string): Promise<string[]> {
  const fixed = quotedSchema(schema);
  const listed = (grantees: readonly (keyof RoleNames)[]): string => grantees.map((each) => pg.escapeIdentifier(names[each])).join(', ');
  const [readers, everybody, projector] = [listed(VIEW_READERS), listed(GRANTEES), listed(['projector'])];
  const generations = (await generationsOf(client, schema)).map((generation) => quotedSchema(generationSchema(schema, generation)));
  const others = `PUBLIC, ${listed(GRANTEES.filter((grantee) => grantee !== 'projector'))}`;
  const { rows } = await client.query<{ relname: string }>(
    `SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = $1 AND relkind = 'v' AND relname = ANY($2)`,
    [schema, VIEWED_TABLES],
  );
  return [
    // Default grants of the first releases.
    `ALTER DEFAULT PRIVILEGES REVOKE ALL ON SCHEMAS FROM ${everybody}`,
    `ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM ${everybody}`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${projector} IN SCHEMA ${fixed} GRANT SELECT ON TABLES TO ${readers}`,
    `GRANT USAGE ON SCHEMA ${fixed} TO ${readers}`,
    ...rows.map(({ relname }) => `GRANT SELECT ON ${fixed}.${relname} TO ${readers}`),
    ...generations.flatMap((name) => [
      `REVOKE ALL ON SCHEMA ${name} FROM ${others}`,
      `REVOKE ALL ON ALL TABLES IN SCHEMA ${name} FROM ${others}`,
    ]),
  ];
}
