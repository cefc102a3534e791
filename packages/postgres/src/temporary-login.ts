// A login for a piece of work in the name of another role, without any right of the login that asks for it. SET ROLE alone does not do:
// code that the other role left behind (triggers, views) can take it back.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { connectClient, endClient, type PostgresOptions } from './connections.js';
import { RoleUnfit } from './roles.js';
import { scramVerifier } from './scram.js';

/** How long its password counts, in hours: a process that is killed leaves the login behind until the next one. */
export const TEMPORARY_LOGIN_HOURS_MAX = 24;

const PASSWORD_BYTES = 32;
/** insufficient_privilege, duplicate_object (left behind by another login, which alone may drop it). */
const NOT_MADE = ['42501', '42710'];
/** The class of refused logins. */
const INVALID_AUTHORIZATION = '28';

export interface TemporaryLogin<L extends PostgresOptions> {
  /** The same database, as the login. What it makes belongs to the role. */
  readonly location: L;
  /** Takes the login away again. Its connections are to be ended before. */
  drop(): Promise<void>;
}

/**
 * Makes a login that may do what `role` may, and nothing else; there is one at a time for each role. Rejects with `RoleUnfit` where `location`
 * may not make it, or the server does not let it in.
 */
export async function temporaryLogin<L extends PostgresOptions>(location: L, role: string): Promise<TemporaryLogin<L>> {
  const password = randomBytes(PASSWORD_BYTES).toString('hex');
  const verifier = await scramVerifier(password);
  const name = await withClient(location, async (client) => {
    const made = await nameFor(client, role);
    const [login, owner] = [pg.escapeIdentifier(made), pg.escapeIdentifier(role)];
    await client.query(`DROP ROLE IF EXISTS ${login}`);
    await client.query(
      `CREATE ROLE ${login} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS IN ROLE ${owner}
       PASSWORD ${pg.escapeLiteral(verifier)} VALID UNTIL ${pg.escapeLiteral(validUntil())}`,
    );
    await client.query(`ALTER ROLE ${login} SET role = ${pg.escapeLiteral(role)}`);
    return made;
  }).catch((error: unknown) => {
    throw isOneOf(error, NOT_MADE) ? unfit(role, 'may not make a login', error) : error;
  });
  const drop = () => withClient(location, async (client) => void (await client.query(`DROP ROLE IF EXISTS ${pg.escapeIdentifier(name)}`)));
  const own = { ...location, connectionString: loginUrl(location.connectionString, name, password) };
  try {
    await withClient(own, () => Promise.resolve());
    return { location: own, drop };
  } catch (error) {
    await drop();
    throw isOneOf(error, [INVALID_AUTHORIZATION]) ? unfit(role, 'made a login, which the server does not let in,', error) : error;
  }
}

/** By the role's id: a name that is made from another one could be cut, and be that of a role that exists. */
async function nameFor(client: pg.Client, role: string): Promise<string> {
  const { rows } = await client.query<{ oid: string }>('SELECT oid::text FROM pg_roles WHERE rolname = $1', [role]);
  return `confledger_temporary_${rows[0]?.oid}`;
}

/** Parameters of the query count before what stands in front of the host, which an address of a socket lacks. */
function loginUrl(connectionString: string, user: string, password: string): string {
  const url = new URL(connectionString);
  url.searchParams.set('user', user);
  url.searchParams.set('password', password);
  return url.href;
}

const validUntil = (): string => new Date(Date.now() + TEMPORARY_LOGIN_HOURS_MAX * 3_600_000).toISOString();

const isOneOf = (error: unknown, codes: readonly string[]): boolean =>
  error instanceof pg.DatabaseError && codes.some((code) => error.code?.startsWith(code));

function unfit(role: string, what: string, cause: unknown): RoleUnfit {
  return new RoleUnfit(
    `the user given here ${what} for the role ${role}. Log in as ${role} itself, with the password that migrate gave it.`,
    { cause },
  );
}

async function withClient<T>(location: PostgresOptions, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connectClient(location);
  try {
    return await work(client);
  } finally {
    await endClient(client);
  }
}
