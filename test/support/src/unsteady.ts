// Seeded chance, and a store that is slow and fails by it: for simulations of the application.
import { AppendOutcomeUnknown, EventStoreUnavailable, type EventStore } from '../../../packages/application/src/index.js';

/** Mulberry32: small, seeded, good enough to choose by. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A store whose calls take a random number of turns on the way there and back, and that fails now and then. */
export function unsteady(store: EventStore, random: () => number): EventStore {
  const turns = async () => {
    for (let left = Math.floor(random() * 6); left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    ...store,
    async append(stream, revision, events) {
      await turns();
      if (random() < 0.03) throw new EventStoreUnavailable('simulated');
      const result = await store.append(stream, revision, events);
      await turns();
      if (random() < 0.03) throw new AppendOutcomeUnknown('simulated');
      return result;
    },
    async readStream(stream, page) {
      await turns();
      if (random() < 0.01) throw new EventStoreUnavailable('simulated');
      const events = await store.readStream(stream, page);
      await turns();
      return events;
    },
  };
}
