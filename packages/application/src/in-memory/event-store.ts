// The event store in memory: for tests and benchmarks. The same conformance suite as the real ones holds it to the port.
import {
  EventStoreUnavailable,
  type AppendResult,
  type CheckLog,
  type EventStore,
  type EventToAppend,
  type ReadDirection,
  type StoredEvent,
} from '../ports/event-store.js';
import { checkAppend, checkLimit, checkStream } from '../ports/event-checks.js';
import { Subscriptions } from '../subscribing/subscriptions.js';

export interface InMemoryEventStore extends EventStore {
  /** Loses every event behind a position, as a log does that is restored from a backup; connections break meanwhile. */
  setBackTo(position: bigint): void;
  /** Puts another event in the place of a stored one, as somebody can who owns the database. Throws where there is none. */
  alter(stream: string, revision: number, change: (event: StoredEvent) => Partial<StoredEvent>): void;
}

/** An empty store. Nothing of it outlives the process. `checkLog` is called before the first call, and again after each `setBackTo`. */
export function createInMemoryEventStore({ checkLog }: { readonly checkLog?: CheckLog } = {}): InMemoryEventStore {
  const log: StoredEvent[] = [];
  const streams = new Map<string, StoredEvent[]>();
  const connection = new Connection(async () => checkLog?.(async (stream, revision) => streams.get(stream)?.[revision] ?? null));

  /** Positions count from 1 without gap, so the event behind position p is at index p. */
  const page = (after: bigint, limit: number): StoredEvent[] => log.slice(Number(after), Number(after) + limit);
  const subscriptions = new Subscriptions({
    readAll: async (after, limit) => {
      await connection.open();
      return page(after, limit);
    },
  });

  const append = (stream: string, expectedRevision: number, events: readonly EventToAppend[]): AppendResult => {
    const there = streams.get(stream) ?? [];
    const head = there.length - 1;
    if (head > expectedRevision) return compare(there, expectedRevision, events);
    if (head < expectedRevision) return { outcome: 'conflict', revision: head };
    const stored = events.map((event, index) => storedEvent(event, stream, head + 1 + index, BigInt(log.length + 1 + index)));
    log.push(...stored);
    there.push(...stored);
    streams.set(stream, there);
    subscriptions.handOver(stored);
    return { outcome: 'appended', position: BigInt(log.length), alreadyThere: false };
  };

  return {
    async append(stream, expectedRevision, events) {
      checkAppend(stream, expectedRevision, events);
      await connection.open();
      return append(stream, expectedRevision, events);
    },
    async readStream(stream, { from, direction = 'forwards', limit }) {
      checkStream(stream);
      checkLimit(limit);
      await connection.open();
      return slice(streams.get(stream) ?? [], from, direction, limit);
    },
    async readAll({ after, limit }) {
      checkLimit(limit);
      await connection.open();
      return page(after, limit);
    },
    async readAt(position) {
      await connection.open();
      return log[Number(position) - 1] ?? null;
    },
    async lastPosition() {
      await connection.open();
      return BigInt(log.length);
    },
    subscribe: (options) => subscriptions.open(options),
    checkLog: () => connection.check(),
    setBackTo(position) {
      for (const { stream } of log.splice(Number(position))) streams.get(stream)?.pop();
      connection.lose();
    },
    alter(stream, revision, change) {
      const [event, altered] = replaceEvent(streams, stream, revision, change);
      log[log.indexOf(event)] = altered;
    },
    async close() {
      connection.close();
      subscriptions.end();
    },
  };
}

/** Refuses every call once it is closed, and has the log checked before the first call and after each loss. */
class Connection {
  readonly #checkLog: () => Promise<void>;
  #state: 'lost' | 'open' | 'closed' = 'lost';

  constructor(checkLog: () => Promise<void>) {
    this.#checkLog = checkLog;
  }

  async open(): Promise<void> {
    if (this.#state === 'closed') throw new EventStoreUnavailable('The event store is closed.');
    if (this.#state === 'lost') await this.check();
  }

  async check(): Promise<void> {
    this.lose();
    await this.#checkLog();
    if (this.#state === 'lost') this.#state = 'open';
  }

  lose(): void {
    if (this.#state === 'open') this.#state = 'lost';
  }

  close(): void {
    this.#state = 'closed';
  }
}

/** Answers the event as it was and as it is now. */
function replaceEvent(
  streams: ReadonlyMap<string, StoredEvent[]>,
  stream: string,
  revision: number,
  change: (event: StoredEvent) => Partial<StoredEvent>,
): readonly [StoredEvent, StoredEvent] {
  const there = streams.get(stream);
  const event = there?.[revision];
  if (there === undefined || event === undefined) throw new TypeError(`There is no event ${revision} of ${stream}.`);
  const altered = { ...event, ...change(event) };
  there[revision] = altered;
  return [event, altered];
}

function slice(events: readonly StoredEvent[], from: number | undefined, direction: ReadDirection, limit: number): StoredEvent[] {
  if (direction === 'forwards') return events.slice(from ?? 0, (from ?? 0) + limit);
  const end = Math.min(from ?? events.length - 1, events.length - 1) + 1;
  return events.slice(Math.max(0, end - limit), end).reverse();
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
