// The embedded Postgres for real: first start, second start, orphans, crashes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { eventually } from '@confledger/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LOG_FILE_BYTES_MAX } from '../log-file.js';
import { isAlive } from '@confledger/process/process-identity';
import { freePort } from './free-port.js';
import { readPostmaster } from './postmaster.js';
import { findOwner, findPrograms, spawnProgram } from './programs.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './server.js';

let directory: string;
const notices: string[] = [];

beforeAll(async () => {
  // Its mode is 0700: as root, this is also the case of a clone in root's home.
  directory = mkdtempSync(path.join(tmpdir(), 'confledger server '));
  mkdirSync(path.join(directory, 'logs'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function start(): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDirectory: directory,
    onNotice: (message) => notices.push(message),
    onLost: (reason) => notices.push(`lost: ${reason}`),
  });
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function postmasterPid(): number {
  return Number(readFileSync(path.join(directory, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
}

test('the first start makes a durable server that listens on the local address only, with a password of its own', async () => {
  const server = await start();
  try {
    expect(server.created).toBe(true);
    const [row] = await ask(
      server.url,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS sync, current_setting('listen_addresses') AS listens`,
    );
    expect(row).toEqual({ fsync: 'on', sync: 'on', listens: '127.0.0.1' });
    // By a socket file, which only who may enter the cluster's directory reaches; the port is open for tools.
    expect(await ask(server.url, 'SELECT inet_client_addr() AS client')).toEqual([{ client: null }]);
    expect(statSync(path.join(directory, 'postgres')).mode & 0o777).toBe(0o700);
    const byPort = server.url.replace(/@[^:]+:/, '@127.0.0.1:');
    expect(await ask(byPort, 'SELECT host(inet_client_addr()) AS client')).toEqual([{ client: '127.0.0.1' }]);
    await expect(ask(server.url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    expect(statSync(path.join(directory, 'postgres.password')).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).sort()).toEqual(['logs', 'postgres', 'postgres.password']);
    expect(readFileSync(path.join(directory, 'logs/postgres.log'), 'utf8')).not.toContain(
      readFileSync(path.join(directory, 'postgres.password'), 'utf8').trim(),
    );
    await ask(server.url, 'CREATE TABLE kept (id int)');
  } finally {
    await server.stop();
  }
  expect(existsSync(path.join(directory, 'postgres/postmaster.pid'))).toBe(false);
});

test('a log that is full is rotated before the server writes to it', async () => {
  const log = path.join(directory, 'logs/postgres.log');
  truncateSync(log, LOG_FILE_BYTES_MAX);
  const server = await start();
  await server.stop();
  expect(statSync(`${log}.1`).size).toBe(LOG_FILE_BYTES_MAX);
  expect(statSync(log).size).toBeLessThan(LOG_FILE_BYTES_MAX);
  expect(statSync(log).mode & 0o777).toBe(0o600);
});

test('the programs find each other in a folder that only root may enter, as in a clone below its home', async () => {
  const program = path.join(directory, 'program');
  writeFileSync(program, '', { mode: 0o755 });
  // initdb asks access(2) for the postgres beside it; Node's accessSync is that call.
  const asks = spawnProgram(process.execPath, ['-e', 'fs.accessSync(process.argv[1], 1)', program], await findOwner([directory]), {});
  const [code] = (await once(asks, 'exit')) as [number | null];
  expect(code).toBe(0);
});

test('a later start finds what was there, and a half-made cluster beside it harms nothing', async () => {
  mkdirSync(path.join(directory, 'postgres.new'));
  const server = await start();
  try {
    expect(server.created).toBe(false);
    expect(await ask(server.url, `SELECT to_regclass('kept') IS NOT NULL AS there`)).toEqual([{ there: true }]);
  } finally {
    await server.stop();
  }
});

test('a server that a killed process left behind is stopped before a new one starts', async () => {
  const { postgres } = await findPrograms();
  const cluster = path.join(directory, 'postgres');
  const owner = await findOwner([cluster]);
  const orphan = spawnProgram(postgres, ['-D', cluster, '-p', String(await freePort()), '-c', 'unix_socket_directories='], owner, {
    stdio: 'ignore',
  });
  await eventually(() => readPostmaster(cluster)?.ready);
  const server = await start();
  try {
    expect(server.orphanStopped).toBe(true);
    await eventually(() => orphan.exitCode === 0);
    expect(await ask(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  } finally {
    await server.stop();
  }
});

test('a pid file that names a living process which is no Postgres stops nothing', async () => {
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  try {
    writeFileSync(path.join(directory, 'postgres/postmaster.pid'), `${String(stranger.pid)}\n${directory}/postgres\n1\n1\n\n\n\nready\n`);
    const server = await start();
    expect(server.orphanStopped).toBe(false);
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
    await server.stop();
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('a killed server that nobody has collected yet does not keep the next one from starting', async () => {
  const cluster = path.join(directory, 'postgres');
  // Its parent lives on and never asks for it, so it stays a zombie.
  const parent = spawn('bash', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    let zombie = 0;
    parent.stdout.on('data', (chunk: Buffer) => (zombie = Number(chunk.toString())));
    await eventually(() => zombie > 0);
    process.kill(zombie, 'SIGKILL');
    await eventually(() => !isAlive(zombie));
    writeFileSync(path.join(cluster, 'postmaster.pid'), `${zombie}\n${cluster}\n1\n1\n\n\n\nready\n`);
    await (await start()).stop();
  } finally {
    parent.kill('SIGKILL');
  }
});

test('a server that crashes and cannot start at once is started again as soon as it can', async () => {
  const server = await start();
  const settings = path.join(directory, 'postgres/postgresql.conf');
  const failures = () =>
    readFileSync(path.join(directory, 'logs/postgres.log'), 'utf8').split('could not access the server configuration').length - 1;
  try {
    renameSync(settings, `${settings}.away`);
    process.kill(postmasterPid(), 'SIGKILL');
    await eventually(() => failures() >= 2);
    renameSync(`${settings}.away`, settings);
    await eventually(() => notices.length > 0);
    expect(notices.splice(0)).toEqual(['Postgres ended by itself (SIGKILL) and was started again']);
    expect(await ask(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  } finally {
    await server.stop();
  }
});

test('a server that crashes is started again at the same address', async () => {
  const server = await start();
  try {
    process.kill(postmasterPid(), 'SIGKILL');
    await eventually(() => notices.length > 0);
    expect(notices.splice(0)).toEqual(['Postgres ended by itself (SIGKILL) and was started again']);
    expect(await ask(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  } finally {
    await server.stop();
  }
});
