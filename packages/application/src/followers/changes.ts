// Changes: follows the log and publishes every event of every stream for other systems, in log order, at least once. Runs beside the relay
// and apart from it: whatever happens here, activations go on to the nodes.
import type { ChangesPublisher } from '../ports/changes.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import { FeedFenced } from '../ports/feed.js';
import type { ProjectorLock } from '../ports/projection-store.js';
import { carryLog } from './carry-log.js';
import { runTerms, type TermEvent } from './terms.js';

/** How often the publisher is asked to keep its newest event from being removed by age. */
export const KEEP_INTERVAL_MS = 60_000;

/** What changes tells its log and its metrics. */
export type ChangesEvent =
  | TermEvent
  | { readonly kind: 'active'; readonly position: bigint }
  /** So many events more were published, up to `position`. */
  | { readonly kind: 'published'; readonly position: bigint; readonly events: number }
  /** Another took over: this one is standby again, quietly. */
  | { readonly kind: 'superseded'; readonly position: bigint };

export interface ChangesOptions {
  readonly events: EventStore;
  readonly publisher: ChangesPublisher;
  /** Elects one of several; without it this one is the only writer. */
  readonly lock?: ProjectorLock;
  readonly onEvent?: (event: ChangesEvent) => void;
  readonly keepIntervalMs?: number;
  /** First pause between tries; tests shorten it. */
  readonly retryDelayMs?: number;
}

/** Runs until `signal` aborts: on standby, active, and again. Faults are told and tried again for ever. */
export function runChanges(options: ChangesOptions, signal: AbortSignal): Promise<void> {
  // As the relay: who is elected goes on while the lock is away, and the publisher's own fencing tells when another took over.
  return runTerms(options, (_lease, onProgress) => follow(options, signal, onProgress), signal);
}

/** One term: from taking over to the first fault. */
async function follow(
  { events, publisher, onEvent, keepIntervalMs = KEEP_INTERVAL_MS }: ChangesOptions,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<void> {
  await events.lastPosition();
  const after = await publisher.takeOver(signal);
  let position = after;
  onEvent?.({ kind: 'active', position });
  const write = async (batch: readonly StoredEvent[]): Promise<void> => {
    await publisher.publish(batch);
    position = batch.at(-1)?.position ?? position;
    onProgress();
    onEvent?.({ kind: 'published', position, events: batch.length });
  };
  try {
    await carryLog(
      { events, after, prepare: (batch) => Promise.resolve(batch), write, between: () => publisher.keep(), intervalMs: keepIntervalMs },
      signal,
    );
  } catch (error) {
    if (error instanceof FeedFenced) onEvent?.({ kind: 'superseded', position });
    throw error;
  }
}
