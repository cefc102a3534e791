// An event store with faults to order, for tests of what stands on the port.
import { AppendOutcomeUnknown, EventStoreUnavailable, type EventStore } from '@confledger/application';

export type AppendFault =
  /** Nothing is written; rejects with `EventStoreUnavailable`. */
  | { readonly kind: 'fail before' }
  /** Written; rejects with `AppendOutcomeUnknown`. */
  | { readonly kind: 'lose the answer' }
  /** Waits for `until` before it is passed on; `reached` is called when it waits. */
  | { readonly kind: 'delay'; readonly until: Promise<unknown>; readonly reached?: () => void };

export interface FaultyEventStore extends EventStore {
  /** The next appends meet these faults, one each, in this order. */
  nextAppends(...faults: readonly AppendFault[]): void;
  /** While set, every read rejects with `EventStoreUnavailable`. Subscriptions go on. */
  unreadable: boolean;
  /** How many appends and reads were asked for. */
  readonly calls: { appends: number; reads: number };
}

/** Passes every call on to `store`, except where a fault was ordered. */
export function faultyEventStore(store: EventStore): FaultyEventStore {
  const faults: AppendFault[] = [];
  const calls = { appends: 0, reads: 0 };
  const read = async <T>(work: () => Promise<T>): Promise<T> => {
    calls.reads += 1;
    if (faulty.unreadable) throw new EventStoreUnavailable('Unreadable, as ordered.');
    return work();
  };
  const faulty: FaultyEventStore = {
    calls,
    unreadable: false,
    nextAppends: (...next) => {
      faults.push(...next);
    },
    async append(...args) {
      calls.appends += 1;
      const fault = faults.shift();
      if (fault?.kind === 'fail before') throw new EventStoreUnavailable('Not written, as ordered.');
      if (fault?.kind === 'delay') {
        fault.reached?.();
        await fault.until;
      }
      const result = await store.append(...args);
      if (fault?.kind === 'lose the answer') throw new AppendOutcomeUnknown('The answer is lost, as ordered.');
      return result;
    },
    readStream: (...args) => read(() => store.readStream(...args)),
    readAll: (...args) => read(() => store.readAll(...args)),
    readAt: (...args) => read(() => store.readAt(...args)),
    lastPosition: () => read(() => store.lastPosition()),
    subscribe: (options) => store.subscribe(options),
    close: () => store.close(),
  };
  return faulty;
}
