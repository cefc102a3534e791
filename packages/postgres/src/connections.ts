// How this system connects to Postgres: every session is durable, READ COMMITTED, and cannot hang for ever.
import pg from 'pg';

/** Where a database is and how long it may take to answer. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; never logged. */
  readonly connectionString: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** How long making a connection, or waiting for one of the pool, may take. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** How long one statement may take on the server; it is rolled back then. Default 30,000; 0: no limit. */
  readonly statementTimeoutMs?: number;
}

export const CONNECT_TIMEOUT_MS_DEFAULT = 5_000;
export const STATEMENT_TIMEOUT_MS_DEFAULT = 30_000;
/** How much longer than the server's own limit a client waits before it calls the connection dead. */
export const SILENCE_MS_MAX = 1_000;
/** A query without an answer for this much longer is given up with its connection. */
const ABANDONED_MS = 2 * SILENCE_MS_MAX;
/** How long a farewell may take. */
const END_MS_MAX = 500;
const POOL_CONNECTIONS_DEFAULT = 8;
const POOL_IDLE_MS_MAX = 30_000;
/** A transaction left open by a process that hangs blocks its successor: the server ends its session after this long. */
const IDLE_IN_TRANSACTION_MS_MAX = 5_000;

/**
 * A pool of connections, made when first needed. `onError` receives the errors of idle connections; the pool replaces them by itself.
 * End it with `pool.end()`.
 */
export function createPool(
  options: PostgresOptions & {
    readonly connectionsMax?: number;
    /** Checks each new connection; when it rejects, so does the request for the connection. */
    readonly check?: (client: pg.ClientBase) => Promise<void>;
  },
  onError: (error: Error) => void = () => undefined,
): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(options),
    max: options.connectionsMax ?? POOL_CONNECTIONS_DEFAULT,
    idleTimeoutMillis: POOL_IDLE_MS_MAX,
    // An idle pool must not keep a process alive that has nothing else to do.
    allowExitOnIdle: true,
    // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it, which its typings leave out
    onConnect: async (client) => {
      // The pool listens to idle connections only: without this, one that breaks while it is in use ends the process.
      // Its user gets the error from the query that rejects.
      client.on('error', () => undefined);
      await within(options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS_DEFAULT, prepareSession(client, options));
      await options.check?.(client);
    },
  });
  pool.on('error', onError);
  return pool;
}

/** One connection outside any pool, for a writer, a listener or a lock. `onLost` is called once when it breaks by itself. */
export async function connectClient(options: PostgresOptions, onLost: (error: Error) => void = () => undefined): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(options));
  // What breaks before we hand it over is the rejection, not a loss.
  let known = true;
  client.on('error', (error) => {
    if (known) return;
    known = true;
    onLost(error);
  });
  try {
    await client.connect();
    await within(options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS_DEFAULT, prepareSession(client, options));
    known = false;
    return client;
  } catch (error) {
    dropClient(client);
    throw error;
  }
}

/** Ends a connection at once, without a word to the server and without waiting for one. */
export function dropClient(client: pg.Client): void {
  // pg's end() waits for a server that may have fallen silent, unless a query is under way.
  client.on('error', () => undefined);
  void client.end().catch(() => undefined);
  streamOf(client)?.destroy();
}

/** Ends a connection in good order, or at once when the server does not answer. Never rejects. */
export async function endClient(client: pg.Client): Promise<void> {
  await within(END_MS_MAX, client.end()).catch(() => undefined);
  dropClient(client);
}

/** Settles as `work` does, or rejects with `SilentServer` after `timeoutMs`. The work itself goes on. */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SilentServer(`Postgres did not answer within ${timeoutMs} ms.`)), timeoutMs);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** The server, or the network before it, did not answer in time: whether the statement ran is unknown. */
export class SilentServer extends Error {
  override readonly name = 'SilentServer';
}

function clientConfig(options: PostgresOptions): pg.ClientConfig {
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS_DEFAULT } = options;
  return {
    ...(statementTimeoutMs === 0 ? {} : { query_timeout: statementTimeoutMs + ABANDONED_MS }),
    connectionString: options.connectionString,
    application_name: options.applicationName ?? 'confledger',
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS_DEFAULT,
    keepAlive: true,
  };
}

/** By SET and not by connection parameters: those of the connection string would win, and poolers refuse them. */
async function prepareSession(client: pg.ClientBase, options: PostgresOptions): Promise<void> {
  // Names without a schema are Postgres's own: by its default path, whoever may make a schema with a login's name could put functions
  // of his own before them.
  await client.query(`
    SET search_path = pg_catalog;
    SET synchronous_commit = on;
    SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED;
    SET statement_timeout = ${options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS_DEFAULT};
    SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS_MAX};
  `);
}

/** pg's typings leave the socket out. */
function streamOf(client: pg.Client): { destroy(): void } | undefined {
  const { connection } = client as pg.Client & { readonly connection?: { readonly stream?: { destroy(): void } } };
  return connection?.stream;
}
