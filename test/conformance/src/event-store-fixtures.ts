// Streams and events for the event store's rules, and reading a subscription as far as a test needs.
import type { AppendResult, EventStore, EventToAppend, StoredEvent } from '@confledger/application';
import { randomUUID } from 'node:crypto';

/** A stream that no other test uses. */
export function newStream(): string {
  return `config-test.${randomUUID()}`;
}

/** An event that no other test has; what it holds can be told from `mark`. */
export function newEvent(mark: string | number = ''): EventToAppend {
  return { id: randomUUID(), type: 'ConfigSet', data: JSON.stringify({ path: 'a', value: mark }), metadata: JSON.stringify({ mark }) };
}

export function newEvents(count: number): EventToAppend[] {
  return Array.from({ length: count }, (_, index) => newEvent(index));
}

/** Appends and answers the position; throws when it was refused. */
export async function appended(
  store: EventStore,
  stream: string,
  expectedRevision: number,
  events: readonly EventToAppend[],
): Promise<bigint> {
  const result = await store.append(stream, expectedRevision, events);
  return positionOf(result);
}

export function positionOf(result: AppendResult): bigint {
  if (result.outcome === 'conflict') throw new Error(`Refused: the stream ends at ${result.revision}.`);
  return result.position;
}

export interface Subscriber {
  readonly events: readonly StoredEvent[];
  /** Resolves when the subscription has returned, rejects when it threw. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  /** The events of one stream, in the order in which they came. */
  of(stream: string): StoredEvent[];
}

/** Consumes a subscription until stopped. */
export function subscriber(store: EventStore, after: bigint): Subscriber {
  const events: StoredEvent[] = [];
  const abort = new AbortController();
  const ended = (async () => {
    for await (const batch of store.subscribe({ after, signal: abort.signal })) events.push(...batch);
  })();
  return {
    events,
    ended,
    stop: () => {
      abort.abort();
      return ended;
    },
    of: (stream) => events.filter((event) => event.stream === stream),
  };
}

/** What the store must give back for what was put in. */
export function asStored(stream: string, firstRevision: number, events: readonly EventToAppend[]): Omit<StoredEvent, 'position'>[] {
  return events.map((event, index) => ({ ...event, stream, revision: firstRevision + index }));
}

export function withoutPosition(events: readonly StoredEvent[]): Omit<StoredEvent, 'position'>[] {
  return events.map(({ position: _, ...rest }) => rest);
}

/** Every page of the log behind a position. */
export async function readWholeLog(store: EventStore, after: bigint): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (;;) {
    const page = await store.readAll({ after: all.at(-1)?.position ?? after, limit: 100 });
    if (page.length === 0) return all;
    all.push(...page);
  }
}
