// The projector under faults: every call to the outside may fail, before or after it took effect, projectors die and start,
// and several may believe to be active at once. Whatever the seed, the rows end up as those of one undisturbed fold.
import { contentsOf, projectLog, projectorWorld, randomNumbers, type ProjectorWorld } from '@confledger/conformance';
import { eventually } from '@confledger/test-support';
import { describe, expect, test } from 'vitest';
import { InMemoryReadModel } from '../in-memory/read-model.js';
import { ProjectionRefused, type ProjectionStore, type ProjectorLock } from '../ports/projection-store.js';
import { runProjector, type ProjectorEvent } from './projector.js';

async function expectUndisturbed({ log, model }: ProjectorWorld): Promise<void> {
  const expected = new InMemoryReadModel();
  await projectLog(log, expected);
  expect(await contentsOf(model, model)).toEqual(await contentsOf(expected, expected));
}

describe('a projector under faults', () => {
  test.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    'Seed %i: a projector that meets faults at every step ends with the rows of an undisturbed fold',
    async (seed) => {
      const here = await projectorWorld(seed, 0.3);
      const stopping = new AbortController();
      const running = runProjector(here.options, stopping.signal);
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
      const here = await projectorWorld(seed, 0.1);
      const random = randomNumbers(seed);
      const end = here.log.stored.at(-1)?.position;
      const one = async (): Promise<void> => {
        while (here.model.tables.checkpoint !== end) {
          const life = new AbortController();
          const running = runProjector(here.options, life.signal);
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
    const here = await projectorWorld(7, 1);
    const stopping = new AbortController();
    const running = runProjector(here.options, stopping.signal);
    await eventually(() => here.told.filter(({ kind }) => kind === 'failed').length > 50);
    here.faults.enabled = false;
    await eventually(() => here.model.tables.checkpoint === here.log.stored.at(-1)?.position);
    stopping.abort();
    await running;
    expect(here.told.some(({ kind }) => kind === 'parked')).toBe(false);
    await expectUndisturbed(here);
  });

  test('Rows that the store refuses for ever are found by halving; their event is parked and the other ledgers go on', async () => {
    const here = await projectorWorld(8, 0);
    const poisoned = here.log.change('testing.poisoned', { a: 'poison' });
    await here.log.appendTo(here.options.events, here.log.stored.length - poisoned.length);
    const refusing: ProjectionStore = {
      checkpoint: () => here.model.checkpoint(),
      load: (ledgers) => here.model.load(ledgers),
      parkedStreamsBehind: (stream, limit) => here.model.parkedStreamsBehind(stream, limit),
      countParkedStreams: () => here.model.countParkedStreams(),
      commit: (batch) =>
        batch.items.some(({ value }) => value === 'poison')
          ? Promise.reject(new ProjectionRefused('too poisonous'))
          : here.model.commit(batch),
    };
    const stopping = new AbortController();
    const running = runProjector({ ...here.options, store: () => Promise.resolve(refusing) }, stopping.signal);
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
    const here = await projectorWorld(9, 0);
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
