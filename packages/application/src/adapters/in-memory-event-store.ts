// The event store in memory: for tests and trials. The same conformance suite as the real ones holds it to the port.
import { EventStoreUnavailable, type AppendResult, type EventStore, type EventToAppend, type StoredEvent } from '../ports/event-store.js';
import { checkAppend, checkLimit, checkStream } from './event-checks.js';
import { Subscriptions } from './subscriptions.js';

/** An empty store. Nothing of it outlives the process. */
export function createInMemoryEventStore(): EventStore {
  const log: StoredEvent[] = [];
  const streams = new Map<string, StoredEvent[]>();
  let closed = false;

  /** Positions count from 1 without gap, so the event behind position p is at index p. */
  const page = (after: bigint, limit: number): StoredEvent[] => log.slice(Number(after), Number(after) + limit);
  const subscriptions = new Subscriptions({ readAll: (after, limit) => Promise.resolve(page(after, limit)) });
  const refuseClosed = (): void => {
    if (closed) throw new EventStoreUnavailable('The event store is closed.');
  };

  const append = (stream: string, expectedRevision: number, events: readonly EventToAppend[]): AppendResult => {
    const there = streams.get(stream) ?? [];
    const head = there.length - 1;
    if (head > expectedRevision) return compare(there, expectedRevision, events);
    if (head < expectedRevision) return { outcome: 'conflict', revision: head };
    const stored = events.map((event, index) => storedEvent(event, stream, head + 1 + index, BigInt(log.length + 1 + index)));
    for (const event of stored) {
      log.push(event);
      there.push(event);
    }
    streams.set(stream, there);
    subscriptions.handOver(stored);
    return { outcome: 'appended', position: BigInt(log.length), alreadyThere: false };
  };

  return {
    async append(stream, expectedRevision, events) {
      checkAppend(stream, expectedRevision, events);
      refuseClosed();
      return append(stream, expectedRevision, events);
    },
    async readStream(stream, { from, direction = 'forwards', limit }) {
      checkStream(stream);
      checkLimit(limit);
      refuseClosed();
      const there = streams.get(stream) ?? [];
      if (direction === 'forwards') return there.slice(from ?? 0, (from ?? 0) + limit);
      const end = Math.min(from ?? there.length - 1, there.length - 1) + 1;
      return there.slice(Math.max(0, end - limit), end).reverse();
    },
    async readAll({ after, limit }) {
      checkLimit(limit);
      refuseClosed();
      return page(after, limit);
    },
    async lastPosition() {
      refuseClosed();
      return BigInt(log.length);
    },
    subscribe: (options) => subscriptions.open(options),
    async close() {
      closed = true;
      subscriptions.end();
    },
  };
}

/** The expected revision is taken: by these very events, or by others. */
function compare(there: readonly StoredEvent[], expectedRevision: number, events: readonly EventToAppend[]): AppendResult {
  const found = there.slice(expectedRevision + 1, expectedRevision + 1 + events.length);
  const last = found.at(-1);
  if (last !== undefined && found.length === events.length && events.every((event, index) => event.id === found[index]?.id)) {
    return { outcome: 'appended', position: last.position, alreadyThere: true };
  }
  return { outcome: 'conflict', revision: there.length - 1 };
}

function storedEvent({ id, type, data, metadata }: EventToAppend, stream: string, revision: number, position: bigint): StoredEvent {
  return Object.freeze({ id, type, data, metadata, stream, revision, position });
}
