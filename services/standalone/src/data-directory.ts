// The data directory: made at the first start, locked while a process uses it. It is opened before anything else is touched.
import { accessSync, constants, existsSync, linkSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readIfThere } from '@confledger/process/private-file';
import { identityOf, isAlive, parseIdentity, type ProcessIdentity, startMarkOf } from '@confledger/process/process-identity';
import { StartRefused, systemCode } from '@confledger/process/start-refused';

/** A data directory that this process has to itself. */
export interface DataDirectory {
  readonly path: string;
  /** Lets another process have it. Idempotent. */
  release(): void;
}

/** Losing this many races for a stale lock means that others are starting here as well. */
const LOCK_ATTEMPTS_MAX = 5;

/** Makes the directory where it is missing and locks it. Throws StartRefused when it cannot be written or is in use. */
export function openDataDirectory(directory: string): DataDirectory {
  prepare(directory);
  const lock = path.join(directory, 'lock');
  const own = acquire(directory, lock);
  return {
    path: directory,
    release: () => {
      if (readIfThere(lock) === own) rmSync(lock, { force: true });
    },
  };
}

function prepare(directory: string): void {
  try {
    // As root, Postgres runs as another user, who must be able to pass through; the files say for themselves who may read them.
    makeDirectory(directory, process.getuid?.() === 0 ? 0o711 : 0o700);
    if (!statSync(directory).isDirectory()) throw new StartRefused(notWritable(directory, 'a file of that name is in the way'));
    makeDirectory(path.join(directory, 'logs'), 0o700);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    throw new StartRefused(notWritable(directory, REASONS[code] ?? code), { cause: error });
  }
}

/** With its parents. Not by Node's `recursive`, which never ends where a parent says that it is there and takes no entries, as /proc does. */
function makeDirectory(directory: string, mode: number): void {
  if (existsSync(directory)) return;
  if (!existsSync(path.dirname(directory))) makeDirectory(path.dirname(directory), mode);
  try {
    mkdirSync(directory, { mode });
  } catch (error) {
    // Another start made it in this moment.
    if (!existsSync(directory)) throw error;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  ENOENT: 'no directory can be made there',
  ENOSPC: 'the disk is full',
};

function notWritable(directory: string, reason: string): string {
  return `The data directory ${directory} cannot be written: ${reason}. Make it writable or set CONFLEDGER_DATA_DIR to another one.`;
}

/** Takes the lock and answers its text. A lock whose process has ended, or is another one by now, is taken over. */
function acquire(directory: string, lock: string): string {
  const own = JSON.stringify(identityOf(process.pid));
  const draft = `${lock}.${process.pid}.tmp`;
  writeFileSync(draft, own, { mode: 0o600 });
  try {
    for (let attempt = 1; attempt <= LOCK_ATTEMPTS_MAX; attempt += 1) {
      // A link appears at once with its content, so no process ever reads half a lock.
      if (linked(draft, lock)) return own;
      const text = readIfThere(lock);
      if (text === null) continue;
      const other = parseIdentity(text);
      if (other !== null && holds(other)) {
        throw new StartRefused(
          `The data directory ${directory} is in use by process ${other.pid}. Stop that one (kill ${other.pid}) or set CONFLEDGER_DATA_DIR to another directory.`,
        );
      }
      removeStale(lock, text);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new StartRefused(
    `The data directory ${directory} is being taken by other processes. Start only one, or set CONFLEDGER_DATA_DIR to another directory.`,
  );
}

function linked(draft: string, lock: string): boolean {
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the stale lock aside; when somebody has replaced it meanwhile, theirs is put back. */
function removeStale(lock: string, judged: string): void {
  const aside = `${lock}.${process.pid}.stale`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  if (readIfThere(aside) !== judged) linked(aside, lock);
  rmSync(aside, { force: true });
}

function holds(holder: ProcessIdentity): boolean {
  if (holder.pid === process.pid || !isAlive(holder.pid)) return false;
  return holder.startMark === null || holder.startMark === startMarkOf(holder.pid);
}
