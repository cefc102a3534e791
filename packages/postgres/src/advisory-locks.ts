// Advisory locks by name: who may migrate, append or project. Held by a session, given back when it ends, whatever ends it: also by the
// server, when its holder shows no sign of life. A process that hangs keeps its connections, so their end alone is not enough.
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { connectClient, dropClient, endClient, within, type PostgresOptions } from './connections.js';

/** A holder that hangs or is cut off loses its lock after this long. */
export const LOCK_SILENCE_MS_MAX = 5_000;
const SIGN_OF_LIFE_INTERVAL_MS = 1_000;
/** A holder without an answer for this long gives up before the server does, so that two never believe to hold it. One that hangs is fenced. */
const ANSWER_MS_MAX = LOCK_SILENCE_MS_MAX - SIGN_OF_LIFE_INTERVAL_MS;

/** The key of a named lock, as a decimal for a bigint parameter. Names are per database. */
export function advisoryKey(name: string): string {
  return createHash('sha256').update(`confledger ${name}`).digest().readBigInt64BE(0).toString();
}

export interface AdvisoryLock {
  /** Aborts when the session that holds the lock is lost: another may hold it from then on. */
  readonly lost: AbortSignal;
  /** Gives the lock back. Idempotent. */
  release(): Promise<void>;
}

/** Takes a named lock on a connection of its own; null when another session holds it. Rejects when Postgres cannot be reached. */
export async function tryAdvisoryLock(options: PostgresOptions, name: string): Promise<AdvisoryLock | null> {
  const lost = new AbortController();
  const client = await connectClient({ applicationName: `confledger lock ${name}`, ...options }, (error) => lost.abort(error));
  try {
    const { rows } = await client.query<{ taken: boolean }>(
      `SELECT set_config('idle_session_timeout', $2, false), pg_try_advisory_lock($1) AS taken`,
      [advisoryKey(name), String(LOCK_SILENCE_MS_MAX)],
    );
    if (rows[0]?.taken === true) return heldBy(client, lost);
  } catch (error) {
    await endClient(client);
    throw error;
  }
  await endClient(client);
  return null;
}

/** Shows signs of life until the lock is given back or lost. */
function heldBy(client: pg.Client, lost: AbortController): AdvisoryLock {
  let released: Promise<void> | undefined;
  let asking = false;
  const timer = setInterval(() => {
    if (asking) return;
    asking = true;
    within(ANSWER_MS_MAX, client.query('SELECT 1')).then(
      () => (asking = false),
      (error: unknown) => {
        if (released !== undefined) return;
        dropClient(client);
        lost.abort(error);
      },
    );
  }, SIGN_OF_LIFE_INTERVAL_MS);
  const stop = (): void => clearInterval(timer);
  lost.signal.addEventListener('abort', stop, { once: true });
  return {
    lost: lost.signal,
    release: () => {
      stop();
      return (released ??= endClient(client));
    },
  };
}
