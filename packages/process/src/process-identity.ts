// Which process a pid is. A pid alone says little: after a crash or a reboot it may be somebody else's.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Whether a process of this pid runs. One that has ended and was not yet collected by its parent does not. */
export function isAlive(pid: number): boolean {
  return isTaken(pid) && statOf(pid)?.state !== 'Z';
}

/** Whether the system still knows this pid: also one that has ended and waits for its parent. */
export function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * A word that differs between two processes that have had the same pid: when it started, and in which boot.
 * Null where the system does not say.
 */
export function startMarkOf(pid: number): string | null {
  const stat = statOf(pid);
  if (stat !== null) return `${bootId()}:${stat.startedAt}`;
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || null
    );
  } catch {
    return null;
  }
}

/** Names one process beyond its own life: a later one of the same pid has another start mark. */
export interface ProcessIdentity {
  readonly pid: number;
  /** See startMarkOf; null where the system does not say. */
  readonly startMark: string | null;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, startMark: startMarkOf(pid) };
}

/** What a file says that an identity was written to; null for half a file, and for anything else. */
export function parseIdentity(text: string): ProcessIdentity | null {
  try {
    // oxlint-disable-next-line no-restricted-properties -- the file holds two names, both ours
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number') return null;
    const startMark = 'startMark' in value && typeof value.startMark === 'string' ? value.startMark : null;
    return { pid: value.pid, startMark };
  } catch {
    return null; // written by a process that lost its power meanwhile
  }
}

/** State letter and start time (clock ticks since boot) from /proc, fields 3 and 22 of stat; null without /proc. */
function statOf(pid: number): { readonly state: string; readonly startedAt: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program stands in parentheses and may hold anything, parentheses too.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return null;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}
