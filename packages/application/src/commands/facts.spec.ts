// Facts of other streams: a decision names what it needs, the loop loads it, and the event says what was seen.
import { emptyStream, membersOf, refuse, type Aggregate, type Decision, type EventMetadata, type Recorded } from '@confledger/domain';
import { expect, test } from 'vitest';
import { countingIds, testClock, testSigner } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { KeptStream } from '../loading/kept-stream.js';
import { StreamReader } from '../loading/stream-reader.js';
import type { EventStore } from '../ports/event-store.js';
import { CommandQueue } from './command-queue.js';
import { FACT_ROUNDS_MAX, LoadedFacts, type FactLoaders, type LoadedFact } from './facts.js';

/** A kind of stream that counts up to a limit which stands in another stream, where that one says so. */
interface CounterTypes {
  readonly id: string;
  readonly state: number;
  readonly event: { readonly type: 'Counted'; readonly data: { readonly by: number } };
  readonly draft: { readonly type: 'Counted'; readonly data: { readonly by: number } };
  readonly command: { readonly by: number; readonly asks: readonly (readonly string[])[] };
  readonly guards: null;
  readonly notes: undefined;
  readonly facts: { readonly limit: number };
  readonly refusal: 'OVER_THE_LIMIT';
}

const isNumber = (value: unknown): boolean => typeof value === 'number';

const counters: Aggregate<CounterTypes> = {
  streamOf: (id) => `counter-${id}`,
  idOf: (stream) => (stream.startsWith('counter-') ? stream.slice('counter-'.length) : null),
  events: { Counted: { 1: membersOf<{ by: number }>({ by: isNumber }) } },
  schemaVersionOf: () => 1,
  apply: (state, events: readonly Recorded<CounterTypes['event']>[]) => events.reduce((sum, { data }) => sum + data.by, state ?? 0),
  decide({ state }, { by, asks }, { facts }): Decision<CounterTypes> {
    for (const keys of asks) {
      const missing = keys.filter((key) => facts.get('limit', key) === undefined);
      if (missing.length > 0) return { kind: 'needs', needs: missing.map((key) => ({ sort: 'limit', key })), meant: null };
    }
    const limits = asks.flat().map((key) => facts.get('limit', key) ?? 0);
    if ((state ?? 0) + by > Math.min(Infinity, ...limits))
      return { kind: 'refused', refusal: refuse('OVER_THE_LIMIT', null, 'the counter would pass its limit', 'count less') };
    return { kind: 'accepted', events: [{ type: 'Counted', data: { by } }], meant: null };
  },
  snapshots: null,
  sizeOf: () => 1,
};

interface Given {
  readonly store: EventStore;
  readonly loads: string[];
  /** What the other streams say, and at which revision. */
  readonly limits: Map<string, { limit: number; revision: number }>;
  count(by: number, asks?: readonly (readonly string[])[]): Promise<unknown>;
}

function given(store: EventStore = createInMemoryEventStore()): Given {
  const loads: string[] = [];
  const limits = new Map([['a', { limit: 10, revision: 3 }]]);
  const facts: FactLoaders<CounterTypes> = {
    limit: {
      async load(_id, key): Promise<LoadedFact<number>> {
        loads.push(String(key));
        const { limit, revision } = limits.get(String(key)) ?? { limit: 1_000, revision: -1 };
        return { value: limit, sources: [{ stream: `limits-${key}`, revision }], isLasting: false };
      },
    },
  };
  const reader = new StreamReader(counters, { store });
  const finish = (event: CounterTypes['event']): CounterTypes['event'] => event;
  const tools = { aggregate: counters, clock: testClock(), ids: countingIds('c'), signer: testSigner, finish, finishDryRun: finish };
  const queue = new CommandQueue<CounterTypes>({ ...tools, id: 'x', kept: new KeptStream('x', reader), reader, store, facts });
  const request = { actor: { id: 'alice', method: 'token', roles: [] }, reason: null, request: '', correlationId: 'r', guards: null };
  return { store, loads, limits, count: (by, asks = [['a']]) => queue.execute({ by, asks }, request) };
}

async function metadataOf(store: EventStore): Promise<EventMetadata[]> {
  return (await store.readStream('counter-x', { limit: 100 })).map(({ metadata }) => JSON.parse(metadata) as EventMetadata);
}

test('a decision gets what it needs, and its first event says which revisions were seen', async () => {
  const { store, count, loads } = given();
  expect(await count(4, [['a', 'b']])).toMatchObject({ kind: 'done', after: { state: 4 } });
  expect(loads).toEqual(['a', 'b']);
  expect((await metadataOf(store)).map(({ facts }) => facts)).toEqual([{ 'limits-a': 3, 'limits-b': -1 }]);
  expect(await count(1, [])).toMatchObject({ kind: 'done' });
  expect((await metadataOf(store)).at(-1)).not.toHaveProperty('facts');
  expect(await count(9)).toMatchObject({ kind: 'refused', refusal: { code: 'OVER_THE_LIMIT' } });
});

test('the hash covers the facts, and the chain goes on behind them', async () => {
  const { store, count } = given();
  await count(1);
  await count(1);
  const reader = new StreamReader(counters, { store });
  expect((await reader.end('x')).stream).toMatchObject({ revision: 1, state: 2 });
  expect(emptyStream('counter-x').revision).toBe(-1);
});

test('three rounds are made; a decision that asks for more is a fault of its own, and the next command is served', async () => {
  const { count, loads } = given();
  expect(await count(1, [['a'], ['b'], ['c']])).toMatchObject({ kind: 'done' });
  expect(loads).toEqual(['a', 'b', 'c']);
  await expect(count(1, [['a'], ['b'], ['c'], ['d']])).rejects.toThrow(`${FACT_ROUNDS_MAX + 1} times`);
  expect(await count(1)).toMatchObject({ kind: 'done' });
});

test('rounds are counted for each state that is decided on', async () => {
  const loader: FactLoaders<CounterTypes> = { limit: { load: async () => ({ value: 1, sources: [], isLasting: true }) } };
  const facts = new LoadedFacts<CounterTypes>('x', loader);
  for (const revision of [7, 7, 7, 8, 8, 8]) await facts.load([{ sort: 'limit', key: 'a' }], revision);
  await expect(facts.load([{ sort: 'limit', key: 'a' }], 8)).rejects.toThrow(`${FACT_ROUNDS_MAX + 1} times`);
});

test('rounds are counted anew behind a confirmation: what was kept may have changed, and another decision asks for other facts', async () => {
  const fact = (value: number) => ({ value, sources: [], isLasting: false });
  const loader: FactLoaders<CounterTypes> = {
    limit: { load: async () => fact(2), recent: (_id, key) => (key === 'kept' ? fact(1) : undefined) },
  };
  const facts = new LoadedFacts<CounterTypes>('x', loader);
  expect(facts.get('limit', 'kept')).toBe(1);
  for (const key of ['a', 'b', 'c']) await facts.load([{ sort: 'limit', key }], 7);
  await facts.confirm();
  expect(facts.get('limit', 'kept')).toBe(2);
  for (const key of ['d', 'e', 'f']) await facts.load([{ sort: 'limit', key }], 7);
  await expect(facts.load([{ sort: 'limit', key: 'g' }], 7)).rejects.toThrow(`${FACT_ROUNDS_MAX + 1} times`);
});

test('facts serve one append: after a lost one they are read anew', async () => {
  const inner = createInMemoryEventStore();
  const other = given(inner);
  let lost = false;
  const losing: EventStore = {
    ...inner,
    async append(...args) {
      if (!lost) {
        lost = true;
        await other.count(5, []);
        here.limits.set('a', { limit: 7, revision: 4 });
      }
      return inner.append(...args);
    },
  };
  const here = given(losing);
  expect(await here.count(4)).toMatchObject({ kind: 'refused', refusal: { code: 'OVER_THE_LIMIT' } });
  expect(here.loads.length).toBeGreaterThanOrEqual(2);
  expect(await here.count(2)).toMatchObject({ kind: 'done' });
  expect((await metadataOf(inner)).at(-1)?.facts).toEqual({ 'limits-a': 4 });
});
