// How fresh facts are: a recent copy may accept a draft and nothing else, everything else is decided on what was read since the command came,
// and nothing is appended on what was read longer ago than two seconds.
import { membersOf, refuse, StreamCorrupt, type Aggregate, type Decision, type EventMetadata, type Recorded } from '@confledger/domain';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { countingIds, testClock, testSigner } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { KeptStream } from '../loading/kept-stream.js';
import { StreamReader } from '../loading/stream-reader.js';
import { EventStoreUnavailable, type EventStore } from '../ports/event-store.js';
import { APPEND_EVENTS_MAX } from './append-parts.js';
import { CommandQueue } from './command-queue.js';
import { FACT_AGE_MS_MAX, RECENT_FACT_MS, type FactLoader, type LoadedFact } from './facts.js';

type Counted = { readonly type: 'Counted'; readonly data: { readonly by: number; readonly live: boolean } };

/** Counts up to limits that stand in other streams. What goes live must not be decided on what is behind: a limit below the sum is a fault. */
interface CounterTypes {
  readonly id: string;
  readonly state: number;
  readonly event: Counted;
  readonly draft: Counted;
  readonly command: Count;
  readonly guards: null;
  readonly notes: undefined;
  readonly facts: { readonly limit: number; readonly own: number };
  readonly refusal: 'OVER_THE_LIMIT';
}

interface Count {
  readonly by: number;
  /** Keys of limits, one list for each round. */
  readonly asks?: readonly (readonly string[])[];
  /** Default: a draft. */
  readonly live?: boolean;
  /** Default: 1. */
  readonly times?: number;
  readonly asksOwn?: boolean;
  readonly failsBehind?: boolean;
}

const isNumber = (value: unknown): boolean => typeof value === 'number';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';

const counters: Aggregate<CounterTypes> = {
  streamOf: (id) => `counter-${id}`,
  idOf: (stream) => (stream.startsWith('counter-') ? stream.slice('counter-'.length) : null),
  events: { Counted: { 1: membersOf<Counted['data']>({ by: isNumber, live: isFlag }) } },
  schemaVersionOf: () => 1,
  apply: (state, events: readonly Recorded<Counted>[]) => events.reduce((sum, { data }) => sum + data.by, state ?? 0),
  decide({ state }, { by, asks = [['a']], live = false, times = 1, asksOwn, failsBehind }, { facts }): Decision<CounterTypes> {
    if (asksOwn && facts.get('own', 0) === undefined) return { kind: 'needs', needs: [{ sort: 'own', key: 0 }], meant: null };
    for (const keys of asks) {
      const missing = keys.filter((key) => facts.get('limit', key) === undefined);
      if (missing.length > 0) return { kind: 'needs', needs: missing.map((key) => ({ sort: 'limit', key })), meant: null };
    }
    const limit = Math.min(Infinity, ...asks.flat().map((key) => facts.get('limit', key) ?? 0));
    if (failsBehind && (state ?? 0) > limit) throw new StreamCorrupt('the limit is behind');
    if (by === 0) return { kind: 'nothing', meant: null };
    if ((state ?? 0) + by * times > limit)
      return { kind: 'refused', refusal: refuse('OVER_THE_LIMIT', null, 'the counter would pass its limit', 'count less') };
    return { kind: 'accepted', events: Array.from({ length: times }, () => ({ type: 'Counted', data: { by, live } })), meant: null };
  },
  isDraft: (events) => events.every(({ data }) => !data.live),
  snapshots: null,
  sizeOf: () => 1,
};

/** The clock of `performance.now()`, as far as a test moves it. */
let laterMs = 0;
beforeEach(() => {
  laterMs = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + laterMs);
});
afterEach(() => vi.restoreAllMocks());

interface Limit {
  readonly limit: number;
  /** Undefined: it is of no stream. */
  readonly revision?: number;
}

class World {
  readonly store: EventStore;
  readonly loads: string[] = [];
  /** What other streams say now. */
  readonly limits = new Map<string, Limit>();
  /** What this process keeps of them. */
  readonly copies = new Map<string, Limit & { readonly confirmedAtMs: number }>();
  /** Runs within each load, behind the read. */
  whileLoading: (key: string) => Promise<void> | void = () => undefined;
  /** Runs for each event that is recorded. */
  whileRecording: () => void = () => undefined;
  readonly queue: CommandQueue<CounterTypes>;
  readonly kept: KeptStream<CounterTypes>;

  constructor(store: EventStore = createInMemoryEventStore()) {
    this.store = store;
    const reader = new StreamReader(counters, { store });
    this.kept = new KeptStream('x', reader);
    const finish = (event: Counted): Counted => {
      this.whileRecording();
      return event;
    };
    const tools = { aggregate: counters, clock: testClock(), ids: countingIds('c'), signer: testSigner, finish, finishDryRun: finish };
    const facts = { limit: this.#loader((each) => this.loads.push(each)), own: this.#own() };
    this.queue = new CommandQueue<CounterTypes>({ ...tools, id: 'x', kept: this.kept, reader, store, facts });
  }

  /** A copy that was confirmed so long ago. */
  keep(key: string, limit: Limit, msAgo: number): void {
    this.copies.set(key, { ...limit, confirmedAtMs: performance.now() - msAgo });
  }

  count(command: Count, dryRun = false): Promise<unknown> {
    const request = {
      actor: { id: 'alice', method: 'token', roles: [] },
      reason: null,
      request: '',
      correlationId: 'r',
      guards: null,
      dryRun,
    };
    return this.queue.execute(command, request);
  }

  async metadata(): Promise<EventMetadata[]> {
    return (await this.store.readStream('counter-x', { limit: 5_000 })).map(({ metadata }) => JSON.parse(metadata) as EventMetadata);
  }

  #loader(onLoad: (key: string) => void): FactLoader<string, number> {
    return {
      load: async (_id, key) => {
        onLoad(String(key));
        const found = this.#limit(String(key));
        await this.whileLoading(String(key));
        return loaded(String(key), found);
      },
      recent: (_id, key, sinceMs) => {
        const copy = this.copies.get(String(key));
        return copy === undefined || copy.confirmedAtMs < sinceMs ? undefined : loaded(String(key), copy);
      },
    };
  }

  /** Read from the counter's own stream. */
  #own(): FactLoader<string, number> {
    return {
      load: async () => {
        this.loads.push('own');
        await this.whileLoading('own');
        return { value: 0, sources: [], isLasting: false, isOwn: true };
      },
    };
  }

  #limit(key: string): Limit {
    return this.limits.get(key) ?? { limit: 1_000_000, revision: -1 };
  }
}

function loaded(key: string, { limit, revision }: Limit): LoadedFact<number> {
  return { value: limit, sources: revision === undefined ? [] : [{ stream: `limits-${key}`, revision }], isLasting: false };
}

const over = { kind: 'refused', refusal: { code: 'OVER_THE_LIMIT' } };
const done = { kind: 'done' };

describe('a copy that was confirmed within a second before the command came', () => {
  test('accepts a draft without a read, and its revision is recorded', async () => {
    const world = new World();
    world.keep('a', { limit: 10, revision: 3 }, RECENT_FACT_MS - 200);
    expect(await world.count({ by: 1 })).toMatchObject(done);
    expect(world.loads).toEqual([]);
    expect((await world.metadata())[0]?.facts).toEqual({ 'limits-a': 3 });
  });

  test.each<[string, Count, object, boolean?]>([
    ['refuses nothing: what is allowed meanwhile is done', { by: 5 }, done],
    ['takes nothing live', { by: 1, live: true }, done],
    ['says of nothing that nothing is to be done', { by: 0 }, done],
    ['answers no dry run', { by: 1 }, { ...done, dryRun: true }, true],
  ])('%s', async (_what, command, outcome, dryRun) => {
    const world = new World();
    world.limits.set('a', { limit: 10, revision: 4 });
    world.keep('a', { limit: 2, revision: 3 }, 10);
    expect(await world.count(command, dryRun)).toMatchObject(outcome);
    expect(world.loads).toContain('a');
    for (const { facts } of await world.metadata()) expect(facts).toEqual({ 'limits-a': 4 });
  });

  test('takes nothing live that is forbidden meanwhile', async () => {
    const world = new World();
    world.limits.set('a', { limit: 0, revision: 4 });
    world.keep('a', { limit: 10, revision: 3 }, 10);
    expect(await world.count({ by: 1, live: true })).toMatchObject(over);
    expect(await world.metadata()).toEqual([]);
  });

  test('is not believed behind a lost append', async () => {
    const inner = createInMemoryEventStore();
    const other = new World(inner);
    let first = true;
    const world: World = new World({
      ...inner,
      async append(...args) {
        if (first) await other.count({ by: 1, asks: [] });
        first = false;
        return inner.append(...args);
      },
    });
    world.limits.set('a', { limit: 1, revision: 4 });
    world.keep('a', { limit: 10, revision: 3 }, 10);
    expect(await world.count({ by: 1 })).toMatchObject(over);
    expect(world.loads).toContain('a');
  });
});

test('a copy that was confirmed longer ago accepts nothing, nor does one that grew old while the command waited', async () => {
  const old = new World();
  old.limits.set('a', { limit: 0, revision: 4 });
  old.keep('a', { limit: 10, revision: 3 }, RECENT_FACT_MS + 100);
  expect(await old.count({ by: 1 })).toMatchObject(over);

  const waiting = new World();
  waiting.limits.set('a', { limit: 0, revision: 4 });
  waiting.whileLoading = (key) => {
    if (key === 'slow') laterMs += FACT_AGE_MS_MAX + 100;
  };
  const before = waiting.count({ by: 1, asks: [['slow']], live: true }).catch(() => undefined);
  waiting.keep('a', { limit: 10, revision: 3 }, 10);
  expect(await waiting.count({ by: 1 })).toMatchObject(over);
  await before;
});

describe('what is read for a command', () => {
  test('serves those that waited when the read began, in one read for all', async () => {
    const world = new World();
    const all = Array.from({ length: 20 }, () => world.count({ by: 1, live: true }));
    for (const outcome of await Promise.all(all)) expect(outcome).toMatchObject(done);
    expect(world.loads).toEqual(['a']);
  });

  test('serves none that came after the read began', async () => {
    const world = new World();
    world.limits.set('a', { limit: 10, revision: 3 });
    const late: Promise<unknown>[] = [];
    world.whileLoading = () => {
      if (late.length > 0) return;
      world.limits.set('a', { limit: 1, revision: 4 });
      laterMs += 5;
      late.push(world.count({ by: 1, live: true }));
    };
    expect(await world.count({ by: 1, live: true })).toMatchObject(done);
    expect(await Promise.all(late)).toMatchObject([over]);
    expect(world.loads.length).toBeGreaterThanOrEqual(2);
  });

  test('serves one append: the next command reads anew', async () => {
    const world = new World();
    await world.count({ by: 1, live: true });
    world.limits.set('a', { limit: 1, revision: 4 });
    expect(await world.count({ by: 1, live: true })).toMatchObject(over);
  });

  test('is read anew, all of it, when two seconds passed before the append', async () => {
    const world = new World();
    world.whileLoading = (key) => {
      if (key !== 'b' || world.loads.length > 2) return;
      world.limits.set('a', { limit: 0, revision: 9 });
      laterMs += FACT_AGE_MS_MAX + 100;
    };
    expect(await world.count({ by: 1, asks: [['a'], ['b']], live: true })).toMatchObject(over);
    expect(world.loads.slice(0, 4)).toEqual(['a', 'b', 'a', 'b']);
  });

  test('is given up when it takes two seconds again and again, and the next command is served', async () => {
    const world = new World();
    world.whileLoading = () => void (laterMs += FACT_AGE_MS_MAX + 100);
    await expect(world.count({ by: 1, live: true })).rejects.toThrow(EventStoreUnavailable);
    expect(world.loads.length).toBeLessThanOrEqual(6);
    world.whileLoading = () => undefined;
    expect(await world.count({ by: 1, live: true })).toMatchObject(done);
  });

  test('may take longer in the own stream, whose expected revision holds it', async () => {
    const world = new World();
    world.whileLoading = () => void (laterMs += FACT_AGE_MS_MAX + 100);
    expect(await world.count({ by: 1, asks: [], asksOwn: true, live: true })).toMatchObject(done);
    expect(world.loads).toEqual(['own']);
  });

  test('is read anew once where it is behind the own stream, which went on meanwhile', async () => {
    const inner = createInMemoryEventStore();
    const [world, other] = [new World(inner), new World(inner)];
    await world.count({ by: 1, asks: [] });
    world.limits.set('a', { limit: 1, revision: 3 });
    world.whileLoading = async () => {
      if (world.loads.length > 1) return;
      // The limit is raised, and another process counts up to it; this one hears of its event before it has decided.
      world.limits.set('a', { limit: 100, revision: 4 });
      await other.count({ by: 50, asks: [] });
      for (const event of await inner.readStream('counter-x', { from: 1, limit: 10 }))
        world.kept.observe({ ...event, stream: 'counter-x' });
    };
    expect(await world.count({ by: 1, live: true, failsBehind: true })).toMatchObject(done);
    world.limits.set('a', { limit: 2, revision: 5 });
    await expect(world.count({ by: 1, live: true, failsBehind: true })).rejects.toThrow('the limit is behind');
  });
});

describe('a change set that is too large for one append, and whose recording took more than two seconds,', () => {
  const large: Count = { by: 1, live: true, times: APPEND_EVENTS_MAX + 1 };

  /** Recording takes too long once; then something happens. */
  function slowOnce(world: World, then: () => void): void {
    let isFirst = true;
    world.whileRecording = () => {
      if (isFirst) {
        laterMs += FACT_AGE_MS_MAX + 100;
        then();
      }
      isFirst = false;
    };
  }

  test('is appended as it was recorded where the facts are the same still', async () => {
    const world = new World();
    let recorded = 0;
    slowOnce(world, () => undefined);
    const once = world.whileRecording;
    world.whileRecording = () => {
      recorded += 1;
      once();
    };
    expect(await world.count(large)).toMatchObject(done);
    expect([world.loads, recorded]).toEqual([['a', 'a'], large.times]);
  });

  test.each<[string, Limit, Limit]>([
    ['its stream went on', { limit: 5_000, revision: 3 }, { limit: 5, revision: 4 }],
    ['it is of no stream and is another one', { limit: 5_000 }, { limit: 5 }],
  ])('is decided again where a fact changed: %s', async (_what, before, after) => {
    const world = new World();
    world.limits.set('a', before);
    slowOnce(world, () => world.limits.set('a', after));
    expect(await world.count(large)).toMatchObject(over);
    expect(await world.metadata()).toEqual([]);
  });
});
