// The rights of each part on the tables of a schema: a list for each schema, the statements that grant them, and the check that they are there.
import pg from 'pg';

/** Receivers of rights: three parts, each with a login of its own, and people who read. */
export const GRANTEES = ['api', 'projector', 'relay', 'reader'] as const;
export type Grantee = (typeof GRANTEES)[number];
/** A grantee that is a part, and logs in. */
export type Part = Exclude<Grantee, 'reader'>;
export const PARTS = ['api', 'projector', 'relay'] as const satisfies readonly Part[];

/** The name of each one's role in Postgres. */
export type RoleNames = Readonly<Record<Grantee, string>>;

export type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';

/** Only the owner may do what is not listed. */
export interface SchemaRights {
  /** May make tables and views in the schema. */
  readonly makers?: readonly Grantee[];
  /** By table. */
  readonly tables: Readonly<Record<string, Readonly<Partial<Record<Grantee, readonly Privilege[]>>>>>;
  /** Callers by the name of a function, which no other function of the schema has. */
  readonly functions?: Readonly<Record<string, readonly Grantee[]>>;
}

/** Takes every right in the schema (quoted) away and gives those that are listed. To be run by the owner, in one transaction. */
export function rightsStatements(schema: string, rights: SchemaRights, names: RoleNames): string[] {
  const everybody = ['PUBLIC', ...GRANTEES.map((grantee) => role(names, grantee))].join(', ');
  const { tables, functions = {}, makers = [] } = rights;
  return [
    ...['SCHEMA', 'ALL TABLES IN SCHEMA', 'ALL FUNCTIONS IN SCHEMA'].map((what) => `REVOKE ALL ON ${what} ${schema} FROM ${everybody}`),
    ...usersOf(rights).map((grantee) => `GRANT USAGE ON SCHEMA ${schema} TO ${role(names, grantee)}`),
    ...makers.map((grantee) => `GRANT CREATE ON SCHEMA ${schema} TO ${role(names, grantee)}`),
    ...Object.entries(tables).flatMap(([table, given]) =>
      GRANTEES.flatMap((grantee) => {
        const privileges = given[grantee] ?? [];
        return privileges.length === 0 ? [] : [`GRANT ${privileges.join(', ')} ON ${schema}.${table} TO ${role(names, grantee)}`];
      }),
    ),
    ...Object.entries(functions).flatMap(([name, callers]) =>
      callers.map((grantee) => `GRANT EXECUTE ON FUNCTION ${schema}.${name} TO ${role(names, grantee)}`),
    ),
  ];
}

/** The grantees with any right in the schema. */
export function usersOf({ makers = [], tables, functions = {} }: SchemaRights): Grantee[] {
  const named = new Set([
    ...makers,
    ...Object.values(functions).flat(),
    ...Object.values(tables).flatMap((given) => GRANTEES.filter((grantee) => (given[grantee] ?? []).length > 0)),
  ]);
  return GRANTEES.filter((grantee) => named.has(grantee));
}

/** What this login lacks of a part's rights in the schema (unquoted), in words; null when it has them all. */
export async function missingRight(client: pg.ClientBase, schema: string, rights: SchemaRights, part: Part): Promise<string | null> {
  const onTables = Object.entries(rights.tables).flatMap(([table, given]) =>
    (given[part] ?? []).map((privilege) => [`${schema}.${table}`, privilege] as const),
  );
  const ofFunctions = Object.entries(rights.functions ?? {}).flatMap(([name, callers]) => (callers.includes(part) ? [name] : []));
  const { rows } = await client.query<{ lacks: string }>(
    `SELECT privilege || ' on ' || name AS lacks FROM unnest($1::text[], $2::text[]) AS wanted(name, privilege)
     WHERE NOT has_table_privilege(name, privilege)
     UNION ALL
     SELECT 'EXECUTE on ' || p.oid::regproc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname = $3 AND p.proname = ANY($4) AND NOT has_function_privilege(p.oid, 'EXECUTE')
     UNION ALL
     SELECT 'CREATE on ' || $3 WHERE $5 AND NOT has_schema_privilege($3, 'CREATE')
     LIMIT 1`,
    [
      onTables.map(([table]) => table),
      onTables.map(([, privilege]) => privilege),
      schema,
      ofFunctions,
      rights.makers?.includes(part) ?? false,
    ],
  );
  return rows[0]?.lacks ?? null;
}

function role(names: RoleNames, grantee: Grantee): string {
  return pg.escapeIdentifier(names[grantee]);
}
