// The embedded Postgres: started on a free port of 127.0.0.1 and at a socket file, watched, stopped.
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { LOG_FILE_MODE, rotateFullLog } from '../log-file.js';
import { isTaken } from '@confledger/process/process-identity';
import { hostOf, socketDirectoryOf } from './address.js';
import { type Cluster, openCluster, POSTGRES_USER } from './cluster.js';
import { freePort } from './free-port.js';
import { isPostgresOf, readPostmaster, stopOrphan, stopPostmaster } from './postmaster.js';
import { findOwner, findPrograms, type Owner, spawnProgram } from './programs.js';

export interface EmbeddedPostgres {
  /** Connection string of the database; holds the password, never to be logged. */
  readonly url: string;
  /** The cluster was made just now. */
  readonly created: boolean;
  /** A server of an earlier start, whose starter was killed, ran here and was stopped. */
  readonly orphanStopped: boolean;
  /** Stops the server and resolves when it has ended. Idempotent. */
  stop(): Promise<void>;
}

const DATABASE = 'confledger';
const START_ATTEMPTS_MAX = 5;
/** What is left of a killed server needs a moment to end. */
const START_RETRY_DELAY_MS = 200;
/** Recovery after a crash may take its time. */
const READY_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 5;
const CONNECTIONS_MAX = 60;
/** SQLSTATE: the database does not exist. */
const INVALID_CATALOG_NAME = '3D000';

/** A server that crashed tries that long to start again: for a moment its port may be taken, or a rest of the killed one in its way. */
const RESTART_WITHIN_MS = 30_000;
/** A server that ends by itself more often than this in a minute has a reason that a restart does not mend. */
const RESTARTS_PER_MINUTE_MAX = 3;

export interface ServerOptions {
  readonly dataDirectory: string;
  /** Something to know: the server ended by itself and was started again. */
  readonly onNotice: (message: string) => void;
  /** The server ended by itself and could not be started again. */
  readonly onLost: (reason: string) => void;
}

/** Starts the Postgres of a data directory, after stopping one that a kill -9 left behind; restarts it when it crashes. */
export async function startEmbeddedPostgres(options: ServerOptions): Promise<EmbeddedPostgres> {
  const { dataDirectory } = options;
  const programs = await findPrograms();
  const owner = await findOwner([dataDirectory, path.dirname(programs.postgres)]);
  const cluster = await openCluster(dataDirectory, programs, owner);
  const orphanStopped = await stopOrphan(cluster.directory);
  const logFile = path.join(dataDirectory, 'logs', 'postgres.log');
  const start = async (port: number): Promise<ChildProcess | null> => {
    forgetStrangersPid(cluster.directory);
    const child = launch(programs.postgres, { cluster, port, logFile, owner });
    return (await ready(child, cluster.directory)) ? child : null;
  };

  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = await start(port);
    if (child !== null) {
      const host = hostOf(socketDirectoryOf(cluster.directory));
      const url = `postgres://${POSTGRES_USER}:${cluster.password}@${host}:${port}/${DATABASE}`;
      const stop = supervise(child, () => start(port), cluster.directory, options);
      await makeDatabase(url).catch(async (error: unknown) => {
        await stop();
        throw error;
      });
      return { url, created: cluster.created, orphanStopped, stop };
    }
    // Another process may have taken the port between our look and the server's bind.
    if (attempt === START_ATTEMPTS_MAX)
      throw new Error(`Postgres does not start. The end of ${logFile} says why:\n${lastLines(logFile, 5)}`);
    await delay(START_RETRY_DELAY_MS);
  }
}

/**
 * A pid file whose pid is taken, but by no Postgres of ours (somebody else's by now, or a killed one that nobody has collected yet),
 * would keep the server from starting. Processes that are left of a killed server are found by their shared memory, whatever the file says.
 */
function forgetStrangersPid(clusterDirectory: string): void {
  const pid = readPostmaster(clusterDirectory)?.pid;
  if (pid !== undefined && isTaken(pid) && !isPostgresOf(pid, clusterDirectory))
    rmSync(path.join(clusterDirectory, 'postmaster.pid'), { force: true });
}

interface Launch {
  readonly cluster: Cluster;
  readonly port: number;
  readonly logFile: string;
  readonly owner: Owner | null;
}

function launch(program: string, { cluster, port, logFile, owner }: Launch): ChildProcess {
  const settings: Readonly<Record<string, string | number>> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: socketDirectoryOf(cluster.directory) ?? '',
    max_connections: CONNECTIONS_MAX,
    // What was acknowledged is on the disk.
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    log_min_messages: 'warning',
    log_checkpoints: 'off',
    // Statements may hold what a client sent; they never reach the log.
    log_min_error_statement: 'panic',
    log_line_prefix: '%m [%p] ',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // The server writes by a descriptor that it inherits: its log can be rotated only while it does not run.
  rotateFullLog(logFile);
  const log = openSync(logFile, 'a', LOG_FILE_MODE);
  try {
    // In a process group of its own: a Ctrl-C in the terminal is for us, who stop the server last.
    return spawnProgram(program, ['-D', cluster.directory, ...args], owner, { detached: true, stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

/** Resolves true when the server accepts connections, false when it ended before. */
async function ready(child: ChildProcess, clusterDirectory: string): Promise<boolean> {
  let over = false;
  child.once('error', () => (over = true)).once('exit', () => (over = true));
  for (const deadline = performance.now() + READY_TIMEOUT_MS; performance.now() < deadline;) {
    if (over) return false;
    const postmaster = readPostmaster(clusterDirectory);
    if (postmaster?.ready === true && postmaster.pid === child.pid) return true;
    await delay(POLL_INTERVAL_MS);
  }
  child.kill('SIGQUIT');
  return false;
}

/** Starts the server again, on its old port, when it ends by itself. Answers how to end it. */
function supervise(
  first: ChildProcess,
  restart: () => Promise<ChildProcess | null>,
  clusterDirectory: string,
  options: ServerOptions,
): () => Promise<void> {
  let current = first;
  let restarting: Promise<void> = Promise.resolve();
  let stopping: Promise<void> | undefined;
  const restartedAt: number[] = [];

  const watch = (child: ChildProcess): void => {
    const ended = (): void => {
      if (stopping === undefined) restarting = again(child);
    };
    if (hasEnded(child)) ended();
    else child.once('exit', ended);
  };
  const again = async (child: ChildProcess): Promise<void> => {
    const reason = `Postgres ended by itself (${child.signalCode ?? `exit code ${String(child.exitCode)}`})`;
    const minuteAgo = performance.now() - 60_000;
    if (restartedAt.filter((at) => at > minuteAgo).length >= RESTARTS_PER_MINUTE_MAX)
      return options.onLost(`${reason}, too often to go on`);
    restartedAt.push(performance.now());
    const next = await restarted();
    if (next === null) return stopping === undefined ? options.onLost(`${reason} and does not start again`) : undefined;
    current = next;
    options.onNotice(`${reason} and was started again`);
    watch(next);
  };
  const restarted = async (): Promise<ChildProcess | null> => {
    for (const deadline = performance.now() + RESTART_WITHIN_MS; stopping === undefined && performance.now() < deadline;) {
      const next = await restart();
      if (next !== null) return next;
      await delay(START_RETRY_DELAY_MS);
    }
    return null;
  };
  const stop = async (): Promise<void> => {
    await restarting;
    if (current.pid !== undefined && !hasEnded(current)) await stopPostmaster(current.pid, clusterDirectory);
  };

  watch(first);
  return () => (stopping ??= stop());
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function makeDatabase(url: string): Promise<void> {
  if (await exists(url)) return;
  const client = new pg.Client({ connectionString: url.replace(/[^/]+$/, 'postgres') });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function exists(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === INVALID_CATALOG_NAME) return false;
    throw error;
  }
}

function lastLines(file: string, count: number): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}
