// The roles of an installation in Postgres: names, creation, and the check that none could do more than its part.
import pg from 'pg';
import { GRANTEES, PARTS, type Grantee, type Part, type RoleNames } from './rights.js';
import { scramVerifier } from './scram.js';

/** Longer names are cut by Postgres, and two of them could become one. */
const ROLE_NAME_BYTES_MAX = 63;

/** `<namespace>_api` and so on. Throws a TypeError for a namespace that makes them too long. */
export function roleNames(namespace: string): RoleNames {
  const entries = GRANTEES.map((grantee) => [grantee, `${namespace}_${grantee}`] as const);
  const tooLong = entries.find(([, name]) => Buffer.byteLength(name) > ROLE_NAME_BYTES_MAX);
  if (tooLong !== undefined) throw new TypeError(`The role ${tooLong[1]} would have more than ${ROLE_NAME_BYTES_MAX} characters.`);
  return Object.fromEntries(entries) as RoleNames;
}

/** A role is there that may do more than a part may, or the login may not make roles. The message names the remedy. */
export class RoleUnfit extends Error {
  override readonly name = 'RoleUnfit';
}

/** The statement that makes a role, which owns nothing and may do nothing yet. */
export function roleStatement(names: RoleNames, grantee: Grantee): string {
  const login = grantee === 'reader' ? 'NOLOGIN' : 'LOGIN';
  return `CREATE ROLE ${pg.escapeIdentifier(names[grantee])} ${login} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`;
}

/** The statement by which an owner of tables can hand some over to the projector, and act for it. */
export function membershipStatement(names: RoleNames, owner: string): string {
  return `GRANT ${pg.escapeIdentifier(names.projector)} TO ${pg.escapeIdentifier(owner)}`;
}

export interface RolesToEnsure {
  readonly names: RoleNames;
  /** By part; a password that is absent stays as it is. */
  readonly passwords: Readonly<Partial<Record<Part, string>>>;
  /** Called for each thing that was done, without credentials. */
  readonly tell: (details: object, message: string) => void;
}

/**
 * Makes the roles that are missing, and sets passwords. To be run by the owner of the tables, under a lock. Rejects with `RoleUnfit` when a
 * role that is there could do more than it is to.
 */
export async function ensureRoles(client: pg.ClientBase, { names, passwords, tell }: RolesToEnsure): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>('SELECT rolname FROM pg_roles WHERE rolname = ANY($1)', [Object.values(names)]);
  const there = new Set(rows.map(({ rolname }) => rolname));
  for (const grantee of GRANTEES) {
    if (there.has(names[grantee])) continue;
    await mayBeRefused(client, names, () => client.query(roleStatement(names, grantee)));
    tell({ role: names[grantee] }, 'role created');
  }
  await refuseUnfit(client, names);
  for (const part of PARTS) {
    const password = passwords[part];
    if (password === undefined) continue;
    const verifier = await scramVerifier(password);
    const statement = `ALTER ROLE ${pg.escapeIdentifier(names[part])} PASSWORD ${pg.escapeLiteral(verifier)}`;
    await mayBeRefused(client, names, () => client.query(statement));
    tell({ role: names[part] }, 'password set');
  }
  await joinProjector(client, names);
}

/** Roles of Postgres itself that pass by granted rights: data, files and programs of the server, whatever the owner of the database may. */
const POWERFUL_ROLES = [
  'pg_read_all_data',
  'pg_write_all_data',
  'pg_read_server_files',
  'pg_write_server_files',
  'pg_execute_server_program',
  'pg_create_subscription',
  'pg_database_owner',
];

/** Attributes beside SUPERUSER that a part, and what it is a member of, must not have. */
const hasAttributes = (role: string): string =>
  `(${['createrole', 'createdb', 'replication', 'bypassrls'].map((attribute) => `${role}.rol${attribute}`).join(' OR ')})`;

/** Owners of the database, or of schemas, tables and functions in it. */
const OWNERS = `SELECT datdba AS oid FROM pg_database WHERE datname = current_database()
  UNION SELECT nspowner FROM pg_namespace UNION SELECT relowner FROM pg_class UNION SELECT proowner FROM pg_proc`;

/** Granted rights mean nothing for a role that may do everything, or may become one that does. */
async function refuseUnfit(client: pg.ClientBase, names: RoleNames): Promise<void> {
  const { rows } = await client.query<{ rolname: string; why: string }>(
    `WITH owners AS (${OWNERS})
     SELECT r.rolname, CASE
       WHEN r.rolname = current_user THEN 'it is what migrate logs in as'
       WHEN r.rolsuper THEN 'it is a superuser'
       WHEN ${hasAttributes('r')} THEN 'it has attributes that a part must not have'
       WHEN m.rolname = 'pg_database_owner' THEN 'it owns the database'
       WHEN m.oid IN (SELECT oid FROM owners) AND NOT m.rolname = ANY($1) THEN 'it is a member of ' || m.rolname || ', which owns the database or what is in it'
       ELSE 'it is a member of ' || m.rolname END AS why
     FROM pg_roles r LEFT JOIN pg_roles m ON NOT r.rolsuper AND m.oid <> r.oid AND pg_has_role(r.oid, m.oid, 'MEMBER')
       AND (m.rolname = ANY($1) OR m.rolname = current_user OR m.rolsuper OR ${hasAttributes('m')}
         OR m.rolname = ANY($2) OR m.oid IN (SELECT oid FROM owners))
     WHERE r.rolname = ANY($1) AND (r.rolname = current_user OR r.rolsuper OR ${hasAttributes('r')} OR m.oid IS NOT NULL)
     ORDER BY r.rolname, m.rolname = 'pg_database_owner', m.rolname
     LIMIT 1`,
    [Object.values(names), POWERFUL_ROLES],
  );
  const [unfit] = rows;
  if (unfit === undefined) return;
  throw new RoleUnfit(
    `the role ${unfit.rolname} cannot be a part's: ${unfit.why}. Take that away from it (REVOKE, or ALTER ROLE), or choose another CONFLEDGER_NAMESPACE.`,
  );
}

/** A superuser needs no membership to hand tables over. */
async function joinProjector(client: pg.ClientBase, names: RoleNames): Promise<void> {
  const { rows } = await client.query<{ owner: string; joined: boolean }>(
    `SELECT current_user AS owner, pg_has_role($1, 'USAGE') AS joined`,
    [names.projector],
  );
  const [found] = rows;
  if (found === undefined || found.joined) return;
  await mayBeRefused(client, names, () => client.query(membershipStatement(names, found.owner)));
}

/** insufficient_privilege */
const REFUSED = '42501';

async function mayBeRefused(client: pg.ClientBase, names: RoleNames, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== REFUSED) throw error;
    const { rows } = await client.query<{ login: string }>('SELECT current_user AS login');
    throw new RoleUnfit(
      `the user ${rows[0]?.login} may not make or change the role ${names.projector} and those beside it. ALTER ROLE ${rows[0]?.login} CREATEROLE, as a superuser; or let one run infra/postgres/10-roles.sql, which makes them.`,
      { cause: error },
    );
  }
}
