// The relay between a log and a feed that both fail: the newest activations only, beats, taking over, fencing.
import { LedgerId } from '@confledger/domain';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../../test/support/src/eventually.js';
import { testCore } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { EventStoreUnavailable, type EventStore, type StoredEvent } from '../ports/event-store.js';
import { FeedFenced, type ActiveDocument, type FeedPublisher } from '../ports/feed.js';
import { runRelay, type RelayEvent, type RelayOptions } from './relay.js';

interface TestFeed extends FeedPublisher {
  readonly published: ActiveDocument[];
  readonly beats: bigint[];
  /** The next call of this kind meets this. */
  readonly next: { publish?: () => Promise<void>; beat?: () => Promise<void> };
  takenOver: number;
  upTo: bigint;
  /** The largest number of calls that were under way together. */
  together: number;
}

function testFeed(resume: bigint | 'now' = 0n): TestFeed {
  let under = 0;
  const alone = async (work?: () => Promise<void>) => {
    under += 1;
    feed.together = Math.max(feed.together, under);
    await (work?.() ?? new Promise((resolve) => setImmediate(resolve)));
  };
  const call = (work?: () => Promise<void>) => alone(work).finally(() => (under -= 1));
  const feed: TestFeed = {
    published: [],
    beats: [],
    next: {},
    takenOver: 0,
    upTo: 0n,
    together: 0,
    async takeOver() {
      feed.takenOver += 1;
      return feed.upTo > 0n ? feed.upTo : resume;
    },
    async publish(activations, upTo) {
      const fault = feed.next.publish;
      delete feed.next.publish;
      await call(fault);
      feed.published.push(...activations);
      feed.upTo = upTo;
    },
    async beat(upTo) {
      const fault = feed.next.beat;
      delete feed.next.beat;
      await call(fault);
      feed.beats.push(upTo);
    },
    close: async () => undefined,
  };
  return feed;
}

const running: { stop: AbortController; ended: Promise<void> }[] = [];

function relay(store: EventStore, feed: FeedPublisher, options: Partial<RelayOptions> = {}) {
  const told: RelayEvent[] = [];
  const stop = new AbortController();
  const ended = runRelay(
    { events: store, ledgers: testCore(store).ledgers, publisher: feed, retryDelayMs: 1, onEvent: (event) => told.push(event), ...options },
    stop.signal,
  );
  running.push({ stop, ended });
  return { told, stop, ended, kinds: () => told.map((event) => event.kind) };
}

afterEach(async () => {
  for (const { stop, ended } of running.splice(0)) {
    stop.abort();
    await ended;
  }
});

/** Three activations: versions 1, 2, 1 again. */
async function activatedThrice() {
  const store = createInMemoryEventStore();
  const core = testCore(store);
  await core.set('a', 1, { guards: { activate: true } });
  await core.set('a', 2, { guards: { activate: true } });
  await core.done({ type: 'Activate', version: 1 });
  return { store, core };
}

describe('the relay', () => {
  test('gives the feed the newest activation only, whole, also of an older version', async () => {
    const { store } = await activatedThrice();
    const feed = testFeed();
    relay(store, feed);
    await eventually(() => feed.published.length === 1);
    expect(feed.published[0]).toMatchObject({
      ledger: 'production.trading-engine',
      version: 1,
      previous: 3,
      activation: 5,
      actor: 'alice',
    });
    expect(feed.published[0]?.document.toJson()).toEqual({ a: 1 });
    expect(feed.published[0]?.digest).toBe(feed.published[0]?.document.digest);
  });

  test('passes over retirements: what is active of a retired ledger stays the newest that the feed is given', async () => {
    const { store, core } = await activatedThrice();
    const feed = testFeed();
    const { kinds } = relay(store, feed);
    await eventually(() => feed.published.length === 1);
    await core.done({ type: 'Retire' });
    const end = await store.lastPosition();
    await eventually(() => feed.upTo === end || feed.beats.at(-1) === end || kinds().filter((kind) => kind === 'published').length > 1);
    const another = testFeed();
    relay(store, another);
    await eventually(() => another.published.length === 1);
    expect([feed, another].map(({ published }) => published.map(({ activation }) => activation))).toEqual([[5], [5]]);
    await core.done({ type: 'Restore' });
    await core.set('a', 9, { guards: { activate: 'all' } });
    await eventually(() => another.published.length === 2 && feed.published.length === 2);
    expect(kinds()).not.toContain('unreadable');
  });

  test('follows what is activated then, and starts at the end of the log where the feed loads by itself', async () => {
    const { store, core } = await activatedThrice();
    const feed = testFeed('now');
    const { kinds } = relay(store, feed);
    await eventually(() => kinds().includes('active'));
    await core.set('b', 1, { guards: { activate: 'all' } });
    await eventually(() => feed.published.length === 1);
    expect(feed.published[0]?.document.toJson()).toEqual({ a: 2, b: 1 });
  });

  test('beats at once when it takes over, so that a feed which waits for its relay need not wait for an interval', async () => {
    const { store } = await activatedThrice();
    const feed = testFeed('now');
    relay(store, feed, { beatIntervalMs: 60_000 });
    await eventually(() => feed.beats.length > 0);
    expect(feed.beats).toEqual([await store.lastPosition()]);
  });

  test('beats while nothing happens, and never while it publishes', async () => {
    const { store, core } = await activatedThrice();
    const feed = testFeed();
    relay(store, feed, { beatIntervalMs: 1 });
    await eventually(() => feed.beats.length > 2);
    for (let value = 0; value < 30; value += 1) {
      feed.next.beat = () => new Promise((resolve) => setTimeout(resolve, 3));
      feed.next.publish = () => new Promise((resolve) => setTimeout(resolve, 3));
      await core.set('c', value, { guards: { activate: 'all' } });
      await eventually(() => feed.published.at(-1)?.document.valueAt('c') === value);
    }
    expect(feed.together).toBe(1);
    expect(feed.beats.every((upTo, index) => upTo >= (feed.beats[index - 1] ?? 0n))).toBe(true);
  });

  test('beats on while an activation cannot be read because the log is away, and gives it to nodes when the log is back', async () => {
    const { store, core } = await activatedThrice();
    const feed = testFeed();
    const { ledgers } = testCore(store);
    let isAway = false;
    const active: typeof ledgers.active = (...asked) =>
      isAway ? Promise.reject(new EventStoreUnavailable('away')) : ledgers.active(...asked);
    const { kinds } = relay(store, feed, { beatIntervalMs: 1, ledgers: { ...ledgers, active } });
    await eventually(() => feed.published.length === 1);
    isAway = true;
    await core.set('d', 1, { guards: { activate: 'all' } });
    const before = feed.beats.length;
    await eventually(() => feed.beats.length > before + 3);
    isAway = false;
    await eventually(() => feed.published.length === 2);
    expect(feed.takenOver).toBe(1);
    expect(kinds()).not.toContain('failed');
  });

  test('takes the feed over anew after a fault, and loses nothing', async () => {
    const { store, core } = await activatedThrice();
    const feed = testFeed();
    const { told } = relay(store, feed);
    await eventually(() => feed.published.length === 1);
    feed.next.publish = () => Promise.reject(new Error('the broker is away'));
    await core.set('d', 1, { guards: { activate: 'all' } });
    await eventually(() => feed.published.length === 2);
    expect(feed.takenOver).toBe(2);
    expect(told.filter((event) => event.kind === 'failed')).toMatchObject([{ error: { message: 'the broker is away' } }]);
    expect(feed.published.at(-1)?.document.toJson()).toEqual({ a: 2, d: 1 });
  });

  test('takes over anew also after a beat that failed', async () => {
    const { store } = await activatedThrice();
    const feed = testFeed();
    relay(store, feed, { beatIntervalMs: 1 });
    await eventually(() => feed.beats.length > 0);
    feed.next.beat = () => Promise.reject(new Error('lost'));
    await eventually(() => feed.takenOver === 2);
  });

  test.each(['publish', 'beat'] as const)('is quiet when another fences it at a %s, and stands by', async (call) => {
    const { store, core } = await activatedThrice();
    const feed = testFeed();
    const { kinds } = relay(store, feed, { beatIntervalMs: 1, retryDelayMs: 60_000 });
    await eventually(() => feed.published.length === 1);
    feed.next[call] = () => Promise.reject(new FeedFenced('another'));
    await core.set('e', 1, { guards: { activate: 'all' } });
    await eventually(() => kinds().includes('superseded'));
    expect(kinds()).not.toContain('failed');
  });

  test('ends when it is told to, with nothing under way', async () => {
    const { store } = await activatedThrice();
    const feed = testFeed();
    const { stop, ended } = relay(store, feed, { beatIntervalMs: 1 });
    let beaten = false;
    await eventually(() => feed.beats.length > 0);
    feed.next.beat = () => new Promise<void>((resolve) => setTimeout(resolve, 20)).then(() => void (beaten = true));
    await eventually(() => feed.next.beat === undefined);
    stop.abort();
    await ended;
    expect(beaten).toBe(true);
    const { length } = feed.beats;
    await new Promise((resolve) => setImmediate(resolve));
    expect(feed.beats).toHaveLength(length);
  });

  test('gives the newest activation first, however little of a long history it is handed at a time', async () => {
    const { store } = await activatedThrice();
    const feed = testFeed();
    const piecemeal: EventStore = {
      ...store,
      async *subscribe(options) {
        for await (const events of store.subscribe(options)) for (const event of events) yield [event];
      },
    };
    const { told } = relay(piecemeal, feed);
    const last = await store.lastPosition();
    await eventually(() => told.some((event) => event.kind === 'published' && event.position === last));
    expect(new Set(feed.published.map(({ activation }) => activation))).toEqual(new Set([5]));
  });

  test('leaves a ledger out that cannot be read, and tells so', async () => {
    const { store, core } = await activatedThrice();
    const feed = testFeed();
    const bend = (events: readonly StoredEvent[]) =>
      events.map((event) => (event.stream.endsWith('.broken') ? { ...event, data: '{}' } : event));
    const broken: EventStore = {
      ...store,
      readStream: async (stream, page) => bend(await store.readStream(stream, page)),
      async *subscribe(options) {
        for await (const events of store.subscribe(options)) yield bend(events);
      },
    };
    const other = LedgerId.of('production', 'broken');
    await core.ledgers.execute(
      other,
      { type: 'Set', path: 'x', value: 1 },
      { actor: { id: 'a', method: 'm', roles: [] }, reason: null, request: 'x', correlationId: 'x', guards: { activate: true } },
    );
    const { told } = relay(broken, feed);
    await eventually(() => feed.published.length === 1);
    expect(feed.published[0]?.ledger).toBe('production.trading-engine');
    expect(told.find((event) => event.kind === 'unreadable')).toMatchObject({ ledger: 'production.broken' });
  });

  test('does not spin when the store ends its subscription', async () => {
    const { store } = await activatedThrice();
    const feed = testFeed();
    const { told } = relay(store, feed, { retryDelayMs: 50 });
    await eventually(() => feed.published.length === 1);
    await store.close();
    await eventually(() => told.some((event) => event.kind === 'failed'));
    expect(feed.takenOver).toBeLessThan(5);
  });
});
