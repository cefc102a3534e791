// An event store whose log is watched: what it acknowledges and gives out becomes the mark, and while the mark is missing it serves nothing.
import { AppendOutcomeUnknown, type AppendResult, type EventStore, type EventToAppend, type StoredEvent } from '../ports/event-store.js';
import type { LogGuard } from './log-guard.js';

/** `store` must have been made with `guard.checkLog`. Closing it ends the guard's checks too. */
export function guardedEventStore(store: EventStore, guard: LogGuard): EventStore {
  const seen = <E extends readonly StoredEvent[]>(events: E): E => {
    // What was read while the mark got lost may come from the other log.
    guard.assertUsable();
    guard.seen(events);
    return events;
  };
  const counts = store.counts?.bind(store);
  let newest = 0n;
  guard.watch(store);

  async function append(stream: string, expectedRevision: number, events: readonly EventToAppend[]): Promise<AppendResult> {
    guard.assertUsable();
    const seenBefore = newest;
    const result = await store.append(stream, expectedRevision, events);
    if (result.outcome === 'conflict') {
      // A stream that ends before what was read of it has lost events.
      if (result.revision < expectedRevision) await store.checkLog?.();
      guard.assertUsable();
      return result;
    }
    // An old log that grows again gives old positions anew, and holds the same bytes under the same ids.
    await certain(result.alreadyThere || result.position <= seenBefore ? store.checkLog?.() : undefined);
    if (result.position > newest) newest = result.position;
    const last = events.at(-1);
    if (last !== undefined) {
      const { id, type, data, metadata } = last;
      guard.seen([{ id, type, data, metadata, stream, revision: expectedRevision + events.length, position: result.position }]);
    }
    return result;
  }

  /** Success counts only in a log that holds the mark: what was sent while the log was exchanged may be in neither or in both. */
  async function certain(check: Promise<void> | undefined): Promise<void> {
    try {
      await check;
      guard.assertUsable();
    } catch (error) {
      throw new AppendOutcomeUnknown('The append was answered by a log that does not hold what was acknowledged before.', { cause: error });
    }
  }

  async function* subscribe({ after, signal }: Parameters<EventStore['subscribe']>[0]): AsyncGenerator<readonly StoredEvent[]> {
    guard.assertUsable();
    for await (const events of store.subscribe({ after, signal: AbortSignal.any([signal, guard.lost]) })) yield seen(events);
    if (!signal.aborted) guard.assertUsable();
  }

  return {
    append,
    subscribe,
    checkLog: async () => store.checkLog?.(),
    close: async () => {
      await guard.close();
      await store.close();
    },
    ...guardedReads(store, guard, seen),
    ...(counts === undefined ? {} : { counts }),
  };
}

type Reads = Pick<EventStore, 'readStream' | 'readAll' | 'readAt' | 'lastPosition'>;

function guardedReads(store: Reads, guard: LogGuard, seen: <E extends readonly StoredEvent[]>(events: E) => E): Reads {
  return {
    readStream: async (stream, page) => {
      guard.assertUsable();
      return seen(await store.readStream(stream, page));
    },
    readAll: async (page) => {
      guard.assertUsable();
      return seen(await store.readAll(page));
    },
    readAt: async (position) => {
      guard.assertUsable();
      const event = await store.readAt(position);
      seen(event === null ? [] : [event]);
      return event;
    },
    lastPosition: async () => {
      guard.assertUsable();
      const position = await store.lastPosition();
      guard.assertUsable();
      return position;
    },
  };
}
