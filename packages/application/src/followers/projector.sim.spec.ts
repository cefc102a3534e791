// The projector under faults: every call to the outside may fail, before or after it took effect, projectors die and start,
// and several may believe to be active at once. Whatever the seed, the rows end up as those of one undisturbed fold.
import { contentsOf, projectLog, randomLedgerLog, randomNumbers, type LedgerLog } from '@confledger/conformance';
import { eventually } from '@confledger/test-support';
import { describe, expect, test } from 'vitest';
import { createInMemoryEventStore } from '../adapters/in-memory-event-store.js';
import { InMemoryReadModel } from '../adapters/in-memory-read-model.js';
import { decodeEvent } from '../codec.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import { ProjectionRefused, type ProjectionStore, type ProjectorLock } from '../ports/projection-store.js';
import { runProjector, type ProjectorEvent, type ProjectorOptions } from './projector.js';

class Fault extends Error {
  override readonly name = 'Fault';
}

/** Fails a share of the calls, half of them after the work was done. */
class Faults {
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

function faultyStore(store: ProjectionStore, faults: Faults): ProjectionStore {
  return {
    checkpoint: () => faults.around(() => store.checkpoint()),
    load: (ledgers) => faults.around(() => store.load(ledgers)),
    commit: (batch) => faults.around(() => store.commit(batch)),
  };
}

/** Yields one to five events at a time, and now and then breaks off. */
function faultyEvents(events: EventStore, faults: Faults, random: () => number): EventStore {
  async function* subscribe(options: Parameters<EventStore['subscribe']>[0]): AsyncGenerator<readonly StoredEvent[]> {
    for await (const batch of events.subscribe(options)) {
      for (let start = 0; start < batch.length;) {
        const end = start + 1 + Math.floor(random() * 5);
        yield await faults.around(() => Promise.resolve(batch.slice(start, end)));
        start = end;
      }
    }
  }
  return { ...events, subscribe };
}

/** Every projector gets the right at once: what protects is the checkpoint alone. */
const brokenLock: ProjectorLock = {
  acquire: () => Promise.resolve({ lost: new AbortController().signal, release: () => Promise.resolve() }),
};

interface World {
  readonly log: LedgerLog;
  readonly model: InMemoryReadModel;
  readonly options: Omit<ProjectorOptions, 'lock'>;
  readonly faults: Faults;
  readonly told: ProjectorEvent[];
}

async function world(seed: number, share: number): Promise<World> {
  const random = randomNumbers(seed);
  const log = randomLedgerLog(seed, 60);
  const events = createInMemoryEventStore();
  await log.appendTo(events);
  const model = new InMemoryReadModel();
  const faults = new Faults(random, share);
  const told: ProjectorEvent[] = [];
  const store = faultyStore(model, faults);
  const documentAt = (ledger: string, version: number) => faults.around(() => Promise.resolve(log.document(ledger, version) ?? null));
  const options = {
    events: faultyEvents(events, faults, random),
    store: () => faults.around(() => Promise.resolve(store)),
    documentAt,
    decode: decodeEvent,
    retryDelayMs: 0,
    onEvent: (event: ProjectorEvent) => void told.push(event),
  };
  return { log, model, options, faults, told };
}

async function expectUndisturbed({ log, model }: World): Promise<void> {
  const expected = new InMemoryReadModel();
  await projectLog(log, expected);
  expect(await contentsOf(model, model)).toEqual(await contentsOf(expected, expected));
}

describe('a projector under faults', () => {
  test.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    'Seed %i: a projector that meets faults at every step ends with the rows of an undisturbed fold',
    async (seed) => {
      const here = await world(seed, 0.3);
      const stopping = new AbortController();
      const running = runProjector({ ...here.options, lock: brokenLock }, stopping.signal);
      await eventually(() => here.model.tables.checkpoint === here.log.stored.at(-1)?.position);
      stopping.abort();
      await running;
      expect(here.faults.count).toBeGreaterThan(0);
      await expectUndisturbed(here);
    },
  );

  test.each(Array.from({ length: 20 }, (_, index) => index + 101))(
    'Seed %i: projectors that die and start again, several active at once, apply each event once',
    async (seed) => {
      const here = await world(seed, 0.1);
      const random = randomNumbers(seed);
      const end = here.log.stored.at(-1)?.position;
      const one = async (): Promise<void> => {
        while (here.model.tables.checkpoint !== end) {
          const life = new AbortController();
          const running = runProjector({ ...here.options, lock: brokenLock }, life.signal);
          for (let turns = Math.floor(random() * 30); turns > 0 && here.model.tables.checkpoint !== end; turns -= 1)
            await new Promise((resolve) => setImmediate(resolve));
          life.abort();
          await running;
        }
      };
      await Promise.all([one(), one(), one()]);
      await expectUndisturbed(here);
    },
  );

  test('A fault is told and tried again for ever; nothing is parked for it', async () => {
    const here = await world(7, 1);
    const stopping = new AbortController();
    const running = runProjector({ ...here.options, lock: brokenLock }, stopping.signal);
    await eventually(() => here.told.filter(({ kind }) => kind === 'failed').length > 50);
    here.faults.enabled = false;
    await eventually(() => here.model.tables.checkpoint === here.log.stored.at(-1)?.position);
    stopping.abort();
    await running;
    expect(here.told.some(({ kind }) => kind === 'parked')).toBe(false);
    await expectUndisturbed(here);
  });

  test('Rows that the store refuses for ever are found by halving; their event is parked and the other ledgers go on', async () => {
    const here = await world(8, 0);
    const poisoned = here.log.change('testing.poisoned', { a: 'poison' });
    await here.log.appendTo(here.options.events, here.log.stored.length - poisoned.length);
    const refusing: ProjectionStore = {
      checkpoint: () => here.model.checkpoint(),
      load: (ledgers) => here.model.load(ledgers),
      commit: (batch) =>
        batch.items.some(({ value }) => value === 'poison')
          ? Promise.reject(new ProjectionRefused('too poisonous'))
          : here.model.commit(batch),
    };
    const stopping = new AbortController();
    const running = runProjector({ ...here.options, store: () => Promise.resolve(refusing), lock: brokenLock }, stopping.signal);
    await eventually(() => here.model.tables.checkpoint === here.log.stored.at(-1)?.position);
    stopping.abort();
    await running;
    expect((await here.model.parked({ limit: 10 })).items).toMatchObject([
      { stream: 'config-testing.poisoned', reason: expect.stringContaining('too poisonous') },
      { revision: 0 },
    ]);
    const { items } = await here.model.ledgers({}, { limit: 10 });
    expect(items.filter(({ complete }) => !complete).map(({ service }) => service)).toEqual(['poisoned']);
    expect(here.told).toContainEqual(expect.objectContaining({ kind: 'parked', stream: 'config-testing.poisoned' }));
  });

  test('A projector whose right is lost stops before the next batch', async () => {
    const here = await world(9, 0);
    const lost = new AbortController();
    let released = 0;
    let acquired = 0;
    const lock: ProjectorLock = {
      acquire: async (signal) => {
        acquired += 1;
        if (acquired > 1) return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)));
        return { lost: lost.signal, release: async () => void (released += 1) };
      },
    };
    const stopping = new AbortController();
    const onEvent = (event: ProjectorEvent): void => {
      if (event.kind === 'committed') lost.abort();
    };
    const running = runProjector({ ...here.options, lock, onEvent }, stopping.signal);
    await eventually(() => acquired === 2);
    expect(released).toBe(1);
    const { checkpoint } = here.model.tables;
    expect(checkpoint).toBeGreaterThan(0n);
    expect(checkpoint).toBeLessThan(here.log.stored.at(-1)?.position ?? 0n);
    stopping.abort();
    await running;
    expect(here.model.tables.checkpoint).toBe(checkpoint);
  });
});
