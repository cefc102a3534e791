// Changes under faults: every call to the outside may fail, before or after it took effect, followers die and start, and several may
// believe to be active at once. Whatever the seed, the topic ends up with the whole log in its order.
import { randomLedgerLog, randomNumbers } from '@confledger/conformance';
import { eventually } from '@confledger/test-support';
import { describe, expect, test } from 'vitest';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import type { ChangesPublisher } from '../ports/changes.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import { FeedFenced } from '../ports/feed.js';
import { runChanges, type ChangesEvent, type ChangesOptions } from './changes.js';

/** What publishers of one topic share: what is committed, and who may write. */
class Topic {
  readonly records: StoredEvent[] = [];
  /** How often a newest event was published once more to keep it. */
  kept = 0;
  epoch = 0;
  /** What the port forbids, done all the same. */
  readonly misuses: string[] = [];
}

/** Asked at each step of a publisher; may throw, or let others come between. */
type Step = () => Promise<void>;

/** A publisher that may crash between any two steps: fenced, read, begun, committed, answered. */
function publisherOf(topic: Topic, step: Step, random: () => number): ChangesPublisher {
  let epoch: number | null = null;
  let under = 0;
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    under += 1;
    if (under > 1) topic.misuses.push('two calls at a time');
    try {
      return await work();
    } catch (error) {
      epoch = null;
      throw error;
    } finally {
      under -= 1;
    }
  };
  const write = async (events: readonly StoredEvent[], onWritten?: () => void): Promise<void> => {
    if (epoch === null) topic.misuses.push('written to without being taken over');
    await step();
    if (epoch !== topic.epoch) throw new FeedFenced('another');
    topic.records.push(...events);
    onWritten?.();
    await step();
  };
  return {
    takeOver: () =>
      alone(async () => {
        await step();
        epoch = topic.epoch += 1;
        await step();
        const position = topic.records.at(-1)?.position ?? 0n;
        await step();
        return position;
      }),
    publish: (events) =>
      alone(async () => {
        for (let from = 0; from < events.length;) {
          const to = from + 1 + Math.floor(random() * 4);
          await write(events.slice(from, to));
          from = to;
        }
      }),
    keep: () =>
      alone(async () => {
        const newest = topic.records.at(-1);
        if (newest === undefined || random() < 0.5) return;
        await write([newest], () => (topic.kept += 1));
      }),
    close: () => Promise.resolve(),
  };
}

/** Yields one to five events at a time, and now and then breaks off. */
function faultyEvents(events: EventStore, step: Step, random: () => number): EventStore {
  async function* subscribe(options: Parameters<EventStore['subscribe']>[0]): AsyncGenerator<readonly StoredEvent[]> {
    for await (const batch of events.subscribe(options)) {
      for (let start = 0; start < batch.length;) {
        const end = start + 1 + Math.floor(random() * 5);
        await step();
        yield batch.slice(start, end);
        start = end;
      }
    }
  }
  return { ...events, subscribe };
}

async function world(seed: number, share: number) {
  const random = randomNumbers(seed);
  const log = randomLedgerLog(seed, 60);
  const events = createInMemoryEventStore();
  await log.appendTo(events);
  const topic = new Topic();
  const told: ChangesEvent[] = [];
  const faults = { share, count: 0 };
  const step = async (): Promise<void> => {
    if (random() < 0.5) await new Promise((resolve) => setImmediate(resolve));
    if (random() >= faults.share) return;
    faults.count += 1;
    throw new Error('a fault');
  };
  const options = (): ChangesOptions => ({
    events: faultyEvents(events, step, random),
    publisher: publisherOf(topic, step, random),
    onEvent: (event) => void told.push(event),
    retryDelayMs: 0,
    keepIntervalMs: 1,
  });
  const end = log.stored.at(-1)?.position;
  const done = (): boolean => topic.records.at(-1)?.position === end;
  return { random, log, events, topic, told, faults, options, done };
}

/** A follower that has not come to the end after so many lives never will. */
const LIVES_MAX = 1_000;

/** Nothing lost, nothing out of order; nothing twice but what was kept, and that at once. */
function expectWholeLog({ log, topic }: Awaited<ReturnType<typeof world>>): void {
  const once = topic.records.filter(({ position }, index) => position !== topic.records[index - 1]?.position);
  expect(once).toEqual(log.stored);
  expect(topic.records.length - once.length).toBe(topic.kept);
  expect(topic.misuses).toEqual([]);
}

describe('changes under faults', () => {
  test.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    'Seed %i: with faults at every step the topic holds the whole log in its order',
    async (seed) => {
      const here = await world(seed, 0.15);
      const stopping = new AbortController();
      const running = runChanges(here.options(), stopping.signal);
      await eventually(here.done);
      stopping.abort();
      await running;
      expect(here.faults.count).toBeGreaterThan(0);
      expectWholeLog(here);
    },
  );

  test.each(Array.from({ length: 20 }, (_, index) => index + 101))(
    'Seed %i: followers that die and start again, several active at once, write each event once',
    async (seed) => {
      const here = await world(seed, 0.05);
      const one = async (): Promise<void> => {
        for (let lives = 0; lives < LIVES_MAX && !here.done(); lives += 1) {
          const life = new AbortController();
          const running = runChanges(here.options(), life.signal);
          for (let turns = Math.floor(here.random() * 30); turns > 0 && !here.done(); turns -= 1)
            await new Promise((resolve) => setImmediate(resolve));
          life.abort();
          await running;
        }
      };
      await Promise.all([one(), one(), one()]);
      expectWholeLog(here);
    },
  );

  test('A fault is told and tried again for ever; who is fenced is quiet', async () => {
    const here = await world(7, 1);
    const stopping = new AbortController();
    const running = runChanges(here.options(), stopping.signal);
    await eventually(() => here.told.filter(({ kind }) => kind === 'failed').length > 50);
    here.faults.share = 0;
    await eventually(here.done);
    const failures = here.told.filter(({ kind }) => kind === 'failed').length;
    here.topic.epoch += 1;
    await eventually(() => here.told.some(({ kind }) => kind === 'superseded'));
    stopping.abort();
    await running;
    expect(here.told.filter(({ kind }) => kind === 'failed')).toHaveLength(failures);
    expectWholeLog(here);
  });

  test('Events of streams, types and schemaVersions that this release does not know are published unread', async () => {
    const here = await world(9, 0);
    const from = here.log.stored.length;
    const later = { data: '{"of":"a later release"}', metadata: '{"schemaVersion":9}' };
    here.log.raw('access-control', { type: 'RoleGranted', ...later });
    here.log.raw('streams-of-tomorrow', { type: 'Unheard', ...later });
    here.log.raw('config-production.unheard', { type: 'LedgerCreated', ...later });
    here.log.raw('config-production.unheard', { type: 'LedgerRenamed', data: '{', metadata: 'no JSON' });
    await here.log.appendTo(here.events, from);
    const stopping = new AbortController();
    const running = runChanges(here.options(), stopping.signal);
    await eventually(() => here.topic.records.length >= here.log.stored.length);
    stopping.abort();
    await running;
    expectWholeLog(here);
    expect(here.told.some(({ kind }) => kind === 'failed')).toBe(false);
  });

  test('What is appended later is published then, and each publication is told with its position and its number', async () => {
    const here = await world(8, 0);
    const stopping = new AbortController();
    const running = runChanges(here.options(), stopping.signal);
    await eventually(here.done);
    const later = here.log.change('testing.later', { a: 1 });
    await here.log.appendTo(here.events, here.log.stored.length - later.length);
    await eventually(() => here.topic.records.at(-1)?.stream === 'config-testing.later');
    stopping.abort();
    await running;
    expectWholeLog(here);
    const published = here.told.filter((event) => event.kind === 'published');
    expect(published.reduce((sum, { events }) => sum + events, 0)).toBe(here.log.stored.length);
    expect(published.at(-1)?.position).toBe(here.log.stored.at(-1)?.position);
  });
});
