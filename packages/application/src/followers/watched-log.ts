// The log as what follows it reads it: with a look, now and then, whether it still holds what was read. A log that was set back to a backup
// gives nothing more until it is as long as before, and whoever waits for that takes other events for those that he knows. Used by all followers.
import type { EventStore, StoredEvent } from '../ports/event-store.js';

/** How often it is looked. */
export const LOOK_INTERVAL_MS = 5_000;

/** The log ends before what was read of it: it was set back. */
export class LogSetBack extends Error {
  override readonly name = 'LogSetBack';

  constructor(reader: string, position: bigint, last: bigint) {
    super(`${reader} stands at position ${position}, but the log ends at ${last}: it has been set back`);
  }
}

export interface WatchedLogOptions {
  readonly events: Pick<EventStore, 'subscribe' | 'lastPosition'>;
  /** As of `subscribe`: exclusive. */
  readonly after: bigint;
  readonly signal: AbortSignal;
  /** Whose place in the log it is, for the message. */
  readonly reader: string;
  readonly intervalMs?: number;
}

/** As `subscribe`, and rejects with `LogSetBack`. A log that cannot be asked is looked at again later. */
export async function* watchedLog(options: WatchedLogOptions): AsyncGenerator<readonly StoredEvent[]> {
  const { events, after, signal, reader, intervalMs = LOOK_INTERVAL_MS } = options;
  const setBack = new AbortController();
  let position = after;
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    // Before the log is asked: it can only have grown meanwhile.
    const known = position;
    const last = await events.lastPosition().catch(() => null);
    isLooking = false;
    if (last !== null && last < known) setBack.abort(new LogSetBack(reader, known, last));
  };
  const timer = setInterval(() => void look(), intervalMs);
  try {
    for await (const batch of events.subscribe({ after, signal: AbortSignal.any([signal, setBack.signal]) })) {
      position = batch.at(-1)?.position ?? position;
      yield batch;
    }
    if (!signal.aborted) setBack.signal.throwIfAborted();
  } finally {
    clearInterval(timer);
  }
}

/** Rejects with `LogSetBack` where the log ends before `position`, and as the log does where it cannot be asked. */
export async function refuseSetBack(events: Pick<EventStore, 'lastPosition'>, position: bigint, reader: string): Promise<void> {
  const last = position === 0n ? 0n : await events.lastPosition();
  if (last < position) throw new LogSetBack(reader, position, last);
}
