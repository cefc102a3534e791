// What a store goes through when members of a cluster die, freeze, are cut off or say wrong things: nothing is lost, nothing ends, and
// writes go on as soon as another member leads.
import { randomUUID } from 'node:crypto';
import { EventStoreUnavailable, type EventStore, type EventToAppend, type StoredEvent } from '@confledger/application';
import {
  eventStoreDbCluster,
  ledBy,
  withoutLeader,
  type ClusterMember,
  type EventStoreDbCluster,
  type EventStoreDbClusterOptions,
} from '@confledger/doubles';
import { eventually } from '@confledger/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONNECT_INTERVAL_MS_FIRST } from './connection.js';
import { createEventStoreDbEventStore, type EventStoreDbEventStoreOptions } from './index.js';

/** Of one attempt: short, because these servers answer at once or never. */
const ATTEMPT_TIMEOUT_MS = 500;
/** A busy machine takes its time; what a test waits for has happened long before. */
const PATIENCE_MS = 20_000;

const closers: (() => Promise<unknown> | void)[] = [];
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  process.off('unhandledRejection', note);
  // What nobody catches ends a service.
  if (unhandled.length > 0) throw new AggregateError(unhandled, 'Rejections were not handled.');
});

async function given(cluster: EventStoreDbClusterOptions = {}, options: Partial<EventStoreDbEventStoreOptions> = {}) {
  const opened = await eventStoreDbCluster(cluster);
  closers.push(() => opened.close());
  return { cluster: opened, store: storeOf(opened.connectionString, options) };
}

function storeOf(connectionString: string, options: Partial<EventStoreDbEventStoreOptions> = {}): EventStore {
  const store = createEventStoreDbEventStore({
    connectionString,
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
    commandWaitMs: PATIENCE_MS,
    ...options,
  });
  closers.push(() => store.close());
  return store;
}

const newStream = (): string => `config-test.${randomUUID()}`;
const newEvent = (): EventToAppend => ({ id: randomUUID(), type: 'ConfigSet', data: '{}', metadata: '{}' });
const idsIn = (cluster: EventStoreDbCluster, stream: string) =>
  cluster.committed.filter((event) => event.stream === stream).map(({ id }) => id);

function leaderOf(cluster: EventStoreDbCluster): ClusterMember {
  if (cluster.leader === undefined) throw new Error('The cluster has no leader.');
  return cluster.leader;
}
const followersOf = (cluster: EventStoreDbCluster) => cluster.members.filter((member) => member !== cluster.leader);

/** Appends one event behind another for as long as the test runs, and notes what was acknowledged. */
async function appendOneByOne(store: EventStore, stream: string, count: number, between: (index: number) => void): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let revision = -1; revision < count - 1; revision += 1) {
    between(revision + 1);
    const event = newEvent();
    const result = await store.append(stream, revision, [event]);
    expect(result.outcome).toBe('appended');
    acknowledged.push(event.id);
  }
  return acknowledged;
}

function subscriber(store: EventStore) {
  const events: StoredEvent[] = [];
  const abort = new AbortController();
  const ended = (async () => {
    for await (const batch of store.subscribe({ after: 0n, signal: abort.signal })) events.push(...batch);
  })();
  closers.push(async () => {
    abort.abort();
    await ended;
  });
  return { of: (stream: string) => events.filter((event) => event.stream === stream).map(({ id }) => id) };
}

describe('a cluster without a leader', () => {
  test('refuses appends and reads in bounded time, ends nothing, and is used again when a member leads', async () => {
    const { cluster, store } = await given({}, { commandWaitMs: 2_000, readTimeoutMs: 2_000 });
    const stream = newStream();
    const reader = subscriber(store);
    await store.append(stream, -1, [newEvent()]);
    const [first, second] = cluster.members;
    first?.kill();
    second?.kill();
    await eventually(() => cluster.leader === undefined);
    // The first one may still be sent on a connection that breaks meanwhile.
    await store.append(newStream(), -1, [newEvent()]).catch(() => undefined);
    // Longer than the discovery of the package lasts, whose end nobody could catch.
    for (let round = 0; round < 2; round += 1) {
      await expect(store.append(newStream(), -1, [newEvent()])).rejects.toThrow(EventStoreUnavailable);
      await expect(store.readStream(stream, { limit: 1 })).rejects.toThrow(EventStoreUnavailable);
    }
    await first?.start();
    await second?.start();
    await eventually(() => cluster.leader);
    await eventually(() => store.append(stream, 0, [newEvent()]).then(() => true), { timeoutMs: PATIENCE_MS });
    await eventually(() => reader.of(stream).length === 2, { timeoutMs: PATIENCE_MS });
  });

  test('makes a command wait that comes in the middle of an election, and answers it when a member leads', async () => {
    const { cluster, store } = await given({ electionMs: 1_000 });
    const stream = newStream();
    await store.append(stream, -1, [newEvent()]);
    leaderOf(cluster).kill();
    expect(await store.append(stream, 0, [newEvent()])).toMatchObject({ outcome: 'appended' });
    expect(idsIn(cluster, stream)).toHaveLength(2);
  });
});

describe('appends one by one, and a subscription, go on in order and whole', () => {
  const troubles: readonly [string, (leader: ClusterMember) => void][] = [
    ['is killed', (leader) => leader.kill()],
    ['is frozen', (leader) => leader.freeze()],
    ['is cut off from its peers, and refuses inside the open call', (leader) => leader.cutFromPeers()],
    ['is silent to clients only', (leader) => leader.cutFromClients('silence')],
    ['refuses clients only', (leader) => leader.cutFromClients('refusal')],
  ];

  test.each(troubles)('when the leader %s', { timeout: 60_000 }, async (_what, trouble) => {
    const { cluster, store } = await given();
    const stream = newStream();
    const reader = subscriber(store);
    let hit: ClusterMember | undefined;
    const acknowledged = await appendOneByOne(store, stream, 30, (index) => {
      if (index !== 10) return;
      hit = leaderOf(cluster);
      trouble(hit);
      // A leader that only clients cannot reach stays the leader until its peers hear of it no more.
      if (!cluster.members.some((member) => member.state === 'UNKNOWN')) setTimeout(() => hit?.healClients(), 3_000).unref();
    });
    expect(idsIn(cluster, stream)).toEqual(acknowledged);
    await eventually(() => reader.of(stream).length === acknowledged.length, { timeoutMs: PATIENCE_MS });
    expect(reader.of(stream)).toEqual(acknowledged);
    expect(store.counts?.().serversLeft).toBeGreaterThan(0);
  });
});

describe('a server that is left', () => {
  test('is left with every call on it: a subscription that heard nothing goes on elsewhere when an append was not answered', async () => {
    const { cluster, store } = await given();
    const stream = newStream();
    const reader = subscriber(store);
    await store.append(stream, -1, [newEvent()]);
    await eventually(() => reader.of(stream).length === 1);
    const frozen = leaderOf(cluster);
    frozen.freeze();
    await store.append(stream, 0, [newEvent()]);
    await eventually(() => reader.of(stream).length === 2, { timeoutMs: PATIENCE_MS });
    expect(frozen.double.subscriptions).toBe(1);
  });

  test('is left by a subscription alone, when it is frozen and another process appends', { timeout: 60_000 }, async () => {
    const { cluster, store } = await given();
    const other = storeOf(cluster.connectionString);
    const stream = newStream();
    const reader = subscriber(store);
    await other.append(stream, -1, [newEvent()]);
    await eventually(() => reader.of(stream).length === 1);
    leaderOf(cluster).freeze();
    await other.append(stream, 0, [newEvent()]);
    await eventually(() => reader.of(stream).length === 2, { timeoutMs: PATIENCE_MS });
  });

  test('is left before its time is over when it does not answer and another member leads', async () => {
    const { cluster, store } = await given({}, { attemptTimeoutMs: PATIENCE_MS, readTimeoutMs: PATIENCE_MS });
    const stream = newStream();
    await store.append(stream, -1, [newEvent()]);
    const frozen = leaderOf(cluster);
    frozen.freeze();
    const begun = performance.now();
    const [appended, read] = await Promise.all([store.append(stream, 0, [newEvent()]), store.readStream(stream, { limit: 10 })]);
    expect(appended).toMatchObject({ outcome: 'appended' });
    expect(read.length).toBeGreaterThan(0);
    expect(performance.now() - begun).toBeLessThan(PATIENCE_MS / 2);
    expect(cluster.leader).not.toBe(frozen);
  });

  test('is left when it does not say what it can do', async () => {
    const { cluster } = await given();
    leaderOf(cluster).double.faults.silentFeatures = 1;
    const store = storeOf(cluster.connectionString);
    expect(await store.append(newStream(), -1, [newEvent()])).toMatchObject({ outcome: 'appended' });
    expect(store.counts?.().serversLeft).toBe(1);
  });

  test('is left once for many appends that it refuses together', async () => {
    const { cluster, store } = await given();
    await store.append(newStream(), -1, [newEvent()]);
    leaderOf(cluster).double.faults.notReady = 50;
    const begun = performance.now();
    const results = await Promise.all(Array.from({ length: 50 }, () => store.append(newStream(), -1, [newEvent()])));
    expect(results.every(({ outcome }) => outcome === 'appended')).toBe(true);
    expect(store.counts?.().serversLeft).toBeLessThanOrEqual(2 + (performance.now() - begun) / (CONNECT_INTERVAL_MS_FIRST / 2));
  });

  test('is not left and found again in a hot loop while no member accepts anything', async () => {
    const { cluster, store } = await given({}, { commandWaitMs: 3_000 });
    for (const { double } of cluster.members) double.faults.notReady = true;
    await expect(store.append(newStream(), -1, [newEvent()])).rejects.toThrow(/Server Is Not Ready/);
    // At 0, 250, 750, 1,750 ms: each pause is twice the one before.
    expect(store.counts?.().serversLeft).toBeLessThan(8);
  });
});

describe('who leads', () => {
  test('is found at one host of a string with discovery', async () => {
    const { cluster } = await given();
    const store = storeOf(cluster.discoverString);
    expect(await store.append(newStream(), -1, [newEvent()])).toMatchObject({ outcome: 'appended' });
    const followers = followersOf(cluster).map(({ double }) => double.counts.appends);
    expect(followers).toEqual([0, 0]);
  });

  test('is found when that one host dies later', async () => {
    const { cluster } = await given();
    const store = storeOf(cluster.discoverString);
    await store.append(newStream(), -1, [newEvent()]);
    cluster.members[0]?.kill();
    expect(await store.append(newStream(), -1, [newEvent()])).toMatchObject({ outcome: 'appended' });
  });

  test('is not who believes it without a majority', async () => {
    const { cluster } = await given({ stepDownMs: 1_000_000 });
    const cutOff = leaderOf(cluster);
    cutOff.cutFromPeers();
    await eventually(() => cluster.leader !== undefined && cluster.leader !== cutOff);
    const store = storeOf(cluster.connectionString);
    expect(await store.append(newStream(), -1, [newEvent()])).toMatchObject({ outcome: 'appended' });
    expect(cutOff.double.counts.appends).toBe(0);
  });

  test('is decided by the majority when two say that they lead', async () => {
    const { cluster } = await given();
    const leader = leaderOf(cluster);
    const [liar, other] = followersOf(cluster);
    if (liar === undefined || other === undefined) throw new Error('The cluster has no followers.');
    liar.double.faults.gossip = ledBy(liar.endpoint, [liar.endpoint]);
    other.double.faults.silentGossip = true;
    const store = storeOf(cluster.connectionString);
    expect(await store.append(newStream(), -1, [newEvent()])).toMatchObject({ outcome: 'appended' });
    expect([liar.double.counts.appends, leader.double.counts.appends]).toEqual([0, 1]);
  });

  test('is asked for again while nobody is named', async () => {
    const { cluster } = await given();
    for (const { double } of cluster.members) double.faults.gossip = withoutLeader;
    const store = storeOf(cluster.connectionString);
    const append = store.append(newStream(), -1, [newEvent()]);
    await eventually(() => cluster.members.every(({ double }) => double.counts.gossip > 1));
    for (const { double } of cluster.members) double.faults.gossip = undefined;
    expect(await append).toMatchObject({ outcome: 'appended' });
  });

  test('is known although one member of three is silent', async () => {
    const { cluster } = await given();
    const [silent] = followersOf(cluster);
    silent?.freeze();
    const store = storeOf(cluster.connectionString);
    const begun = performance.now();
    await store.append(newStream(), -1, [newEvent()]);
    // The silent one is not waited for: two of three name the same leader.
    expect(performance.now() - begun).toBeLessThan(900);
  });
});

describe('a live subscription that the server ends whenever 32 events wait', () => {
  test('goes on behind the last event without a pause, and is counted', { timeout: 60_000 }, async () => {
    const { cluster, store } = await given({ liveBufferEvents: 32 });
    const warnings: string[] = [];
    const watched = storeOf(cluster.connectionString, { logger: { warn: (_details, message) => warnings.push(message) } });
    const reader = subscriber(watched);
    const stream = newStream();
    await store.append(stream, -1, [newEvent()]);
    await eventually(() => reader.of(stream).length === 1);
    const ids: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      leaderOf(cluster).double.dropSubscriptions();
      const events = Array.from({ length: 20 }, newEvent);
      await store.append(stream, round * 20, events);
      ids.push(...events.map(({ id }) => id));
      await eventually(() => reader.of(stream).length === 1 + ids.length);
    }
    expect(reader.of(stream).slice(1)).toEqual(ids);
    expect(watched.counts?.()).toMatchObject({ subscriptionsTooSlow: 10, serversLeft: 0 });
    expect(warnings.every((message) => /resumed/.test(message))).toBe(true);
  });
});
