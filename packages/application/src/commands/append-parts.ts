// Cuts the events of one change set into what single appends can hold.
import { bytesOf } from '../codec.js';
import { APPEND_BYTES_MAX, type EventToAppend } from '../ports/event-store.js';

/** Events in one append; beyond a few hundred the round trip is amortised. */
export const APPEND_EVENTS_MAX = 1_000;

/** The events in their order, in parts of at most `APPEND_EVENTS_MAX` events and `APPEND_BYTES_MAX` bytes. */
export function* partsOf(events: readonly EventToAppend[]): Generator<EventToAppend[]> {
  let part: EventToAppend[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = bytesOf(event);
    if (part.length > 0 && (bytes + size > APPEND_BYTES_MAX || part.length >= APPEND_EVENTS_MAX)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(event);
    bytes += size;
  }
  if (part.length > 0) yield part;
}
