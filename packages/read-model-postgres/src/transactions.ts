// Transactions that change tables which others use: whole or not at all, and again while others hold what is needed.
import { pause } from '@confledger/application';
import pg from 'pg';

/** What `work` answers, committed; or its error, with nothing of it left. */
export async function inTransaction<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

export interface Patience {
  readonly attemptsMax: number;
  readonly pauseMs: number;
  readonly signal?: AbortSignal;
}

/** Does `work` again while a lock cannot be had. */
export async function patiently<T>({ attemptsMax, pauseMs, signal }: Patience, work: () => Promise<T>): Promise<T> {
  const ending = signal ?? new AbortController().signal;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isLockConflict(error) || attempt === attemptsMax) throw error;
      await pause(pauseMs, ending);
      ending.throwIfAborted();
    }
  }
}

/** lock_not_available, deadlock_detected. */
function isLockConflict(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '55P03' || error.code === '40P01');
}
