// How a follower of the log runs for ever: elected, at work until the first fault, and again after a pause.
import { Backoff } from '@confledger/backoff';
import { FeedFenced } from '../ports/feed.js';
import type { ProjectorLease, ProjectorLock } from '../ports/projection-store.js';

export const RETRY_DELAY_MS_DEFAULT = 100;
export const RETRY_DELAY_MS_MAX = 5_000;

/** What every follower tells its log and its metrics, beside what it tells of its own work. */
export type TermEvent =
  /** Another one has the lock: this one waits for it. */
  | { readonly kind: 'standby' }
  /** Something failed and is tried again after the pause. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly retryInMs: number };

export interface TermsOptions {
  /** Elects one of several; without it this one is alone. */
  readonly lock?: ProjectorLock | undefined;
  readonly onEvent?: ((event: TermEvent) => void) | undefined;
  /** First pause between tries; tests shorten it. */
  readonly retryDelayMs?: number | undefined;
}

/**
 * One time as the elected one, until it is over. `lease` is null without a lock; who is protected by something better may ignore its
 * loss. `onProgress` says that something was achieved: the next pause is short again.
 */
export type Term = (lease: ProjectorLease | null, onProgress: () => void) => Promise<void>;

/** Runs until `signal` aborts. Faults are told and tried again for ever; being fenced is none, and is told by the term itself. */
export async function runTerms(options: TermsOptions, term: Term, signal: AbortSignal): Promise<void> {
  const firstDelayMs = options.retryDelayMs ?? RETRY_DELAY_MS_DEFAULT;
  const backoff = new Backoff(firstDelayMs, Math.max(RETRY_DELAY_MS_MAX, firstDelayMs));
  while (!signal.aborted) {
    try {
      await runTerm(options, (lease) => term(lease, () => backoff.reset()), signal);
    } catch (error) {
      if (signal.aborted) return;
      const retryInMs = Math.round(backoff.nextMs());
      if (!(error instanceof FeedFenced)) options.onEvent?.({ kind: 'failed', error, retryInMs });
      await pause(retryInMs, signal);
    }
  }
}

async function runTerm(
  { lock, onEvent }: TermsOptions,
  term: (lease: ProjectorLease | null) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const lease = (await lock?.acquire(signal, () => onEvent?.({ kind: 'standby' }))) ?? null;
  try {
    if (!signal.aborted) await term(lease);
  } finally {
    await lease?.release();
  }
}

/** Resolves after the time or at the abort, whichever is first; leaves neither timer nor listener. */
export async function pause(timeMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, timeMs);
    signal.addEventListener('abort', done);
  });
}
