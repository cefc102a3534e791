// Which process the projector of a data directory is. It ends when its parent does; one that hangs cannot, and is ended by the next start.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readIfThere } from '@confledger/process/private-file';
import { StartRefused } from '@confledger/process/start-refused';
import { identityOf, isAlive, parseIdentity, startMarkOf } from '@confledger/process/process-identity';

/** Time limit for a process to be gone after SIGKILL. */
const END_MS_MAX = 5_000;
const POLL_INTERVAL_MS = 5;

export interface PidFile {
  /** Never throws: without the file, a projector that hangs while its parent is killed has to be ended by hand. */
  write(pid: number): void;
  remove(): void;
}

export function projectorPidFile(dataDirectory: string): PidFile {
  const file = fileIn(dataDirectory);
  return {
    write: (pid) => {
      try {
        writeFileSync(file, JSON.stringify(identityOf(pid)), { mode: 0o600 });
      } catch {
        // The disk is full.
      }
    },
    remove: () => rmSync(file, { force: true }),
  };
}

/**
 * Ends a projector that an earlier process has left behind; to be called before its Postgres is started again. Killing it loses nothing: its
 * rows and its checkpoint are one transaction. A pid that another process has by now is left alone.
 */
export async function endOrphanProjector(dataDirectory: string): Promise<void> {
  const identity = parseIdentity(readIfThere(fileIn(dataDirectory)) ?? '');
  if (identity !== null && isAlive(identity.pid) && identity.startMark !== null && identity.startMark === startMarkOf(identity.pid))
    await kill(identity.pid);
  projectorPidFile(dataDirectory).remove();
}

async function kill(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return; // It has ended meanwhile.
  }
  for (const deadline = performance.now() + END_MS_MAX; isAlive(pid); await delay(POLL_INTERVAL_MS)) {
    if (performance.now() > deadline)
      throw new StartRefused(`A projector of an earlier start (process ${pid}) does not end. End it with kill -9 ${pid} and start again.`);
  }
}

function fileIn(dataDirectory: string): string {
  return path.join(dataDirectory, 'projector.pid');
}
