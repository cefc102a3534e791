// What postmaster.pid says, and how the server of a data directory is stopped, ours or one that a kill -9 orphaned.
import { execFileSync } from 'node:child_process';
import { readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readIfThere } from '@confledger/process/private-file';
import { isAlive } from '@confledger/process/process-identity';
import { StartRefused } from '@confledger/process/start-refused';

const POLL_INTERVAL_MS = 5;
/** Fast mode ends sessions and writes a checkpoint. */
const FAST_STOP_TIMEOUT_MS = 10_000;
/** Immediate mode ends at once; the next start recovers from the log. */
const IMMEDIATE_STOP_TIMEOUT_MS = 5_000;

export interface Postmaster {
  readonly pid: number;
  /** The server accepts connections. */
  readonly ready: boolean;
}

/** What the pid file of a cluster says; null without one. Whether that process still runs is another question. */
export function readPostmaster(clusterDirectory: string): Postmaster | null {
  const lines = readIfThere(path.join(clusterDirectory, 'postmaster.pid'))?.split('\n');
  const pid = Number(lines?.[0]);
  if (lines === undefined || !Number.isInteger(pid) || pid <= 0) return null;
  return { pid, ready: lines[7]?.trim() === 'ready' };
}

/** Stops a server that runs on this cluster already, because its starter was killed. Answers whether there was one. */
export async function stopOrphan(clusterDirectory: string): Promise<boolean> {
  const pid = readPostmaster(clusterDirectory)?.pid;
  if (pid === undefined || !isPostgresOf(pid, clusterDirectory)) return false;
  await stopPostmaster(pid, clusterDirectory);
  return true;
}

/** Stops the server in fast mode, then in immediate mode. Resolves when it has ended. */
export async function stopPostmaster(pid: number, clusterDirectory: string): Promise<void> {
  signal(pid, 'SIGINT');
  if (await ended(pid, FAST_STOP_TIMEOUT_MS)) return;
  signal(pid, 'SIGQUIT');
  if (await ended(pid, IMMEDIATE_STOP_TIMEOUT_MS)) return;
  throw new StartRefused(`A Postgres of ${clusterDirectory} (process ${pid}) does not stop. End it with kill -9 ${pid} and start again.`);
}

/** Whether a process is a Postgres that serves this cluster: a pid may be somebody else's by now. */
export function isPostgresOf(pid: number, clusterDirectory: string): boolean {
  if (!isAlive(pid)) return false;
  const directory = realpathSync(clusterDirectory);
  try {
    // Every process of a cluster works in the cluster's directory.
    return readlinkSync(`/proc/${pid}/cwd`) === directory && path.basename(readlinkSync(`/proc/${pid}/exe`)).startsWith('postgres');
  } catch {
    return process.platform !== 'linux' && commandOf(pid).includes('postgres') && commandOf(pid).includes(clusterDirectory);
  }
}

function commandOf(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile; `ended` sees that.
  }
}

async function ended(pid: number, timeoutMs: number): Promise<boolean> {
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline;) {
    if (!isAlive(pid)) return true;
    await delay(POLL_INTERVAL_MS);
  }
  return !isAlive(pid);
}
