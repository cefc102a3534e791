// Cuts what a subscription yields into batches of bounded size, so that no transaction grows without limit.
import type { StoredEvent } from '../ports/event-store.js';

/** One transaction holds at most so many events… */
export const BATCH_EVENTS_MAX = 2_000;
/** …and at most so much text of them (one event alone may be larger). */
export const BATCH_BYTES_MAX = 8 * 1024 * 1024;

export function* chunksOf(events: readonly StoredEvent[]): Generator<readonly StoredEvent[]> {
  let chunk: StoredEvent[] = [];
  let size = 0;
  for (const event of events) {
    const eventSize = event.data.length + event.metadata.length;
    if (chunk.length > 0 && (chunk.length >= BATCH_EVENTS_MAX || size + eventSize > BATCH_BYTES_MAX)) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push(event);
    size += eventSize;
  }
  if (chunk.length > 0) yield chunk;
}
