// Advisory locks by name: who may migrate, append or project. Held by a session, given back when it ends, whatever ends it.
import { createHash } from 'node:crypto';
import { connectClient, endClient, type PostgresOptions } from './connections.js';

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
  let released: Promise<void> | undefined;
  const release = (): Promise<void> => (released ??= endClient(client));
  try {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [advisoryKey(name)]);
    if (rows[0]?.taken === true) return { lost: lost.signal, release };
  } catch (error) {
    await release();
    throw error;
  }
  await release();
  return null;
}
