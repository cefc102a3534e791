// A real Postgres of its own in a temporary directory, for tests and benches. Nothing of it is left after stop().
import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { initialise, type PostgresProcess, serverUser, startServer } from './postgres-process.js';

export interface StartPostgresOptions {
  /**
   * True: commits reach the disk, as in production. Needed by benches and by tests that cut the power.
   * False (default): the same semantics without waiting for the disk.
   */
  readonly durable?: boolean;
  /** Further `-c name=value` settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface TestPostgres {
  /** Connection string of the superuser, database `postgres`. */
  readonly url: string;
  /** Makes a database and answers its connection string. Without a name it gets one that no other has. */
  createDatabase(name?: string): Promise<string>;
  /** Ends the server and deletes its data. Idempotent. */
  stop(): Promise<void>;
}

const START_ATTEMPTS = 3;
const USER = 'postgres';
const PASSWORD = 'confledger-test';
const CONNECTIONS_MAX = 200;
const CLUSTER_FLAGS = [
  `--username=${USER}`,
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  // A dictionary collation, as most installations have: what relies on byte order must say so.
  '--locale=C',
  '--locale-provider=icu',
  '--icu-locale=en-US',
  '--no-sync',
];

/** Starts a Postgres on a free port of 127.0.0.1; rejects with what the server said when it does not come up. */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<TestPostgres> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      // Another process may have taken the port between our look and the server's bind.
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function startOnce(options: StartPostgresOptions): Promise<TestPostgres> {
  const directory = await mkdtemp(path.join(tmpdir(), 'confledger-postgres-'));
  const data = path.join(directory, 'data');
  const passwordFile = path.join(directory, 'password');
  const port = await freePort();
  let server: PostgresProcess;
  try {
    const user = await serverUser();
    await writeFile(passwordFile, PASSWORD, { mode: 0o600 });
    if (user !== undefined) for (const owned of [directory, passwordFile]) await chown(owned, user.uid, user.gid);
    await initialise(data, [...CLUSTER_FLAGS, `--pwfile=${passwordFile}`], user);
    server = await startServer(directory, data, ['-p', String(port), ...serverFlags(options)], user);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  const url = `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/postgres`;
  let stopped: Promise<void> | undefined;
  return {
    url,
    createDatabase: (name) => createDatabase(url, name),
    stop: () => (stopped ??= server.stop()),
  };
}

/** Makes a database on the server behind `serverUrl` and answers its connection string. */
export async function createDatabase(serverUrl: string, name = `test_${randomBytes(8).toString('hex')}`): Promise<string> {
  await onServer(serverUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  const url = new URL(serverUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.toString();
}

/** Drops a database that `createDatabase` made, whoever is still connected to it. */
export async function dropDatabase(serverUrl: string, databaseUrl: string): Promise<void> {
  const name = decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
  await onServer(serverUrl, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
}

async function onServer(serverUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function serverFlags({ durable = false, settings = {} }: StartPostgresOptions): string[] {
  const chosen: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: String(CONNECTIONS_MAX),
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...settings,
  };
  return Object.entries(chosen).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
