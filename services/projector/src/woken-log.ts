// The log of a projector whose parent says how far the log reaches: woken by that, with a slow poll for what another process writes, or for
// a word that was lost. It needs no notification from Postgres, which would cost every append 0.1 ms.
import { Subscriptions, type EventStore, type LogGuard } from '@confledger/application';

/** Interval between two polls of the log's end. */
export const POLL_INTERVAL_MS = 1_000;

/** Calls `listener` with the newest position of the log; answers what ends that. */
export type Wakes = (listener: (position: bigint) => void) => () => void;

export interface WokenLogOptions {
  /** Guarded by `guard`. */
  readonly events: EventStore;
  readonly guard: Pick<LogGuard, 'lost' | 'assertUsable'>;
  readonly wakes: Wakes;
  /** Receives a read that failed and is tried again. */
  readonly onReadFailed: (error: unknown) => void;
  readonly pollIntervalMs?: number;
}

/** The same store with another `subscribe`. Closing it ends the subscriptions; the store stays the caller's to close. */
export function wokenLog({ events, guard, wakes, onReadFailed, pollIntervalMs = POLL_INTERVAL_MS }: WokenLogOptions): EventStore {
  const subscriptions = new Subscriptions({ readAll: (after, limit) => events.readAll({ after, limit }), onReadFailed });
  const notice = (position: bigint): void => subscriptions.notice(position);

  async function* subscribe({
    after,
    signal,
  }: Parameters<EventStore['subscribe']>[0]): AsyncGenerator<Awaited<ReturnType<EventStore['readAll']>>> {
    guard.assertUsable();
    const stopWaking = wakes(notice);
    // A poll that fails says nothing: the reads of the subscription report what is wrong.
    const polling = setInterval(() => void events.lastPosition().then(notice, () => undefined), pollIntervalMs);
    try {
      yield* subscriptions.open({ after, signal: AbortSignal.any([signal, guard.lost]) });
      if (!signal.aborted) guard.assertUsable();
    } finally {
      clearInterval(polling);
      stopWaking();
    }
  }

  return {
    ...events,
    subscribe,
    close: () => {
      subscriptions.end();
      return Promise.resolve();
    },
  };
}
