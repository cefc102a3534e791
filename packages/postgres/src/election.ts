// Electing one of several processes by a session lock: the server gives it back when its holder's connection ends, or it is silent for too
// long.
import { setTimeout as sleep } from 'node:timers/promises';
import { tryAdvisoryLock, type AdvisoryLock } from './advisory-locks.js';
import type { PostgresOptions } from './connections.js';

/** Interval between two attempts of a standby: it takes over within about a second of the active one's end, or of the end of its silence. */
export const TRY_INTERVAL_MS = 500;

export interface Election {
  /**
   * Waits until no other process holds the lock; calls `onStandby` once when another one does. Resolves null when `signal` aborts
   * first. While Postgres cannot be reached it goes on trying.
   */
  acquire(signal: AbortSignal, onStandby?: () => void): Promise<AdvisoryLock | null>;
}

/** Those who name the same thing in one database are elected from. */
export function createElection(options: PostgresOptions, name: string): Election {
  return {
    async acquire(signal, onStandby) {
      for (let isStandby = false; !signal.aborted;) {
        const answer = await tryAdvisoryLock(options, name).catch(() => 'unreachable' as const);
        if (answer !== null && answer !== 'unreachable') return answer;
        if (answer === null && !isStandby) {
          isStandby = true;
          onStandby?.();
        }
        await sleep(TRY_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
      }
      return null;
    },
  };
}
