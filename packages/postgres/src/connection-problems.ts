// What it means to people that a database cannot be used.
import pg from 'pg';
import { SilentServer } from './connections.js';
import { LayoutUnfit } from './layouts.js';
import { SchemaTooNew } from './migrations.js';
import { RoleUnfit } from './roles.js';

/**
 * Answers what says of an error what stands in the way, and the remedy: one line that begins with `variable`, where the connection string
 * comes from, and never holds the password; null for a fault that no setting explains.
 */
export function connectionProblems(variable: string, connectionString: string): (error: unknown) => string | null {
  return (error) => {
    const problem = problemOf(error, connectionString);
    return problem === null ? null : `${variable}: ${problem}`;
  };
}

const AWAY = new Set([
  'silent',
  'ECONNREFUSED',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNRESET',
  '53300',
  '57P03',
]);

/** Whether the database may be there a moment later, with the settings as they are. */
export function isAway(error: unknown): boolean {
  return AWAY.has(codeOf(error) ?? '');
}

/** Does `work`. When the database is away, calls `onAway` and answers false: call it again when the database is back. */
export async function unlessAway(work: () => Promise<unknown>, onAway: (error: unknown) => void): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isAway(error)) throw error;
    onAway(error);
    return false;
  }
}

function problemOf(error: unknown, connectionString: string): string | null {
  const { hostname: encoded, port, pathname, username } = new URL(connectionString);
  // The directory of a socket file is written with percent signs.
  const hostname = decodeURIComponent(encoded);
  const where = `${hostname}:${port === '' ? '5432' : port}`;
  if (error instanceof SchemaTooNew || error instanceof LayoutUnfit || error instanceof RoleUnfit) return error.message;
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return `nothing listens at ${where}. Start Postgres there, or correct the address.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host ${hostname} is not known here. Correct the address, or look after the name service.`;
    case 'silent':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ECONNRESET':
      return `Postgres at ${where} does not answer. See that it runs, and that nothing on the way keeps it from here.`;
    case '28000':
    case '28P01':
      return `Postgres at ${where} refuses the user ${decodeURIComponent(username)} or the password. Correct them.`;
    case '3D000':
      return `there is no database ${databaseOf(pathname)} at ${where}. Make it (CREATE DATABASE), or correct the name.`;
    case '42501':
      return `the user ${decodeURIComponent(username)} lacks a right in ${databaseOf(pathname)} (${messageOf(error)}). Run migrate, which gives each role its rights (operations.md, "Roles").`;
    case '53300':
      return `Postgres at ${where} has no connection left. Raise max_connections, or end what holds them.`;
    case '57P03':
      return `Postgres at ${where} is starting or stopping. Start this again when it takes connections.`;
    default:
      return null;
  }
}

/** The SQLSTATE, the system's code, or `silent`; null for anything else. A name with several addresses fails with one error for each. */
function codeOf(error: unknown): string | null {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return null;
  if (error instanceof SilentServer || /timeout|Connection terminated/.test(error.message)) return 'silent';
  if (error instanceof pg.DatabaseError) return error.code ?? null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? null : codeOf(error.cause);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function databaseOf(pathname: string): string {
  return decodeURIComponent(pathname.slice(1)) || 'postgres';
}
