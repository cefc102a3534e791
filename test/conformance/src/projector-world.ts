// A projector under faults: every call to the outside may fail, before or after it took effect. For tests that are seeded.
import type { EventStore, ProjectionStore, ProjectorEvent, ProjectorLock, ProjectorOptions, StoredEvent } from '@confledger/application';
import { createInMemoryEventStore, InMemoryReadModel } from '@confledger/application/testing';
import type { LedgerLog } from './ledger-log.js';
import { randomLedgerLog, randomNumbers } from './random-ledger-log.js';

export class Fault extends Error {
  override readonly name = 'Fault';
}

/** Fails a share of the calls, half of them after the work was done. */
export class Faults {
  readonly #random: () => number;
  readonly #share: number;
  enabled = true;
  count = 0;

  constructor(random: () => number, share: number) {
    this.#random = random;
    this.#share = share;
  }

  async around<T>(work: () => Promise<T>): Promise<T> {
    const draw = this.enabled ? this.#random() : 1;
    // A turn of the event loop, so that other projectors come between.
    if (this.#random() < 0.5) await new Promise((resolve) => setImmediate(resolve));
    if (draw < this.#share / 2) throw this.#fault('before');
    const result = await work();
    if (draw < this.#share) throw this.#fault('after');
    return result;
  }

  #fault(when: string): Fault {
    this.count += 1;
    return new Fault(`${when} the work was done`);
  }
}

/** The same store, whose calls fail now and then. */
export function faultyStore(store: ProjectionStore, faults: Faults): ProjectionStore {
  return {
    checkpoint: () => faults.around(() => store.checkpoint()),
    load: (streams) => faults.around(() => store.load(streams)),
    parkedStreamsBehind: (stream, limit) => faults.around(() => store.parkedStreamsBehind(stream, limit)),
    countParkedStreams: () => faults.around(() => store.countParkedStreams()),
    commit: (batch) => faults.around(() => store.commit(batch)),
  };
}

/** Yields one to five events at a time, of the log and of a stream, and now and then breaks off. */
export function faultyEvents(events: EventStore, faults: Faults, random: () => number): EventStore {
  const few = (): number => 1 + Math.floor(random() * 5);
  async function* subscribe(options: Parameters<EventStore['subscribe']>[0]): AsyncGenerator<readonly StoredEvent[]> {
    for await (const batch of events.subscribe(options)) {
      for (let start = 0; start < batch.length;) {
        const end = start + few();
        yield await faults.around(() => Promise.resolve(batch.slice(start, end)));
        start = end;
      }
    }
  }
  const readStream: EventStore['readStream'] = (stream, page) => faults.around(() => events.readStream(stream, { ...page, limit: few() }));
  return { ...events, subscribe, readStream };
}

/** Every projector gets the right at once: what protects is the checkpoint alone. */
export const brokenLock: ProjectorLock = {
  acquire: () => Promise.resolve({ lost: new AbortController().signal, release: () => Promise.resolve() }),
};

export interface ProjectorWorld {
  readonly log: LedgerLog;
  readonly events: EventStore;
  readonly model: InMemoryReadModel;
  readonly options: ProjectorOptions;
  readonly faults: Faults;
  readonly told: ProjectorEvent[];
}

/** A random history in a store, and what a projector of it is started with. */
export async function projectorWorld(seed: number, share: number): Promise<ProjectorWorld> {
  const random = randomNumbers(seed);
  const log = randomLedgerLog(seed, 60);
  const events = createInMemoryEventStore();
  await log.appendTo(events);
  const model = new InMemoryReadModel();
  const faults = new Faults(random, share);
  const told: ProjectorEvent[] = [];
  const store = faultyStore(model, faults);
  const options: ProjectorOptions = {
    events: faultyEvents(events, faults, random),
    store: () => faults.around(() => Promise.resolve(store)),
    lock: brokenLock,
    documentAt: (ledger, version) => faults.around(() => log.documentAt(ledger, version)),
    retryDelayMs: 0,
    onEvent: (event) => void told.push(event),
  };
  return { log, events, model, options, faults, told };
}
