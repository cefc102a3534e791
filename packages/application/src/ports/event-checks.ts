// What every event store refuses before it looks at a stream. One place, so that every adapter refuses the same.
import { APPEND_BYTES_MAX, AppendTooLarge, type EventToAppend } from './event-store.js';

/** Longest name of a stream, in bytes of UTF-8. Postgres could index 2,700. */
export const STREAM_NAME_BYTES_MAX = 1_024;
/** The largest page that may be asked for, in events. */
export const PAGE_EVENTS_MAX = 10_000;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Postgres holds no NUL, and UTF-8 no lone surrogate: both would not come back as they went in. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/**
 * Answers how many bytes of data and metadata the events hold. Throws `AppendTooLarge` above APPEND_BYTES_MAX, and a TypeError
 * for what only a programming fault can ask: no events, a broken id, text that does not survive UTF-8, a revision that is none.
 */
export function checkAppend(stream: string, expectedRevision: number, events: readonly EventToAppend[]): number {
  checkStream(stream);
  if (!Number.isSafeInteger(expectedRevision) || expectedRevision < -1)
    throw new TypeError(`Expected revision ${expectedRevision} is not one.`);
  if (events.length === 0) throw new TypeError('An append needs at least one event.');
  let bytes = 0;
  for (const event of events) {
    if (!UUID.test(event.id)) throw new TypeError(`Event id '${event.id}' is not a lower-case UUID.`);
    for (const text of [event.type, event.data, event.metadata]) {
      if (UNSTORABLE.test(text)) throw new TypeError(`Event ${event.id} holds a NUL or a lone surrogate.`);
    }
    bytes += Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata);
  }
  if (bytes > APPEND_BYTES_MAX)
    throw new AppendTooLarge(`${events.length} events of ${bytes} bytes; one append holds ${APPEND_BYTES_MAX}.`);
  return bytes;
}

/** Throws a TypeError for a stream name that cannot be one. */
export function checkStream(stream: string): void {
  if (stream === '' || Buffer.byteLength(stream) > STREAM_NAME_BYTES_MAX || UNSTORABLE.test(stream)) {
    throw new TypeError(`A stream's name has 1 to ${STREAM_NAME_BYTES_MAX} bytes, no NUL and no lone surrogate.`);
  }
}

/** Throws a RangeError for a page that is empty or larger than PAGE_EVENTS_MAX. */
export function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_EVENTS_MAX)
    throw new RangeError(`A page has 1 to ${PAGE_EVENTS_MAX} events, not ${limit}.`);
}
