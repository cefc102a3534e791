// What becomes of an append when its answer is lost, late or a refusal. Each fault is one that a real server or network has.
import { randomUUID } from 'node:crypto';
import { AppendOutcomeUnknown, AppendTooLarge, EventStoreUnavailable, type EventStore, type EventToAppend } from '@confledger/application';
import { eventStoreDbDouble, type EventStoreDbDouble, type EventStoreDbDoubleOptions } from '@confledger/doubles';
import { eventually, tcpProxy } from '@confledger/test-support';
import { status } from '@grpc/grpc-js';
import { afterAll, describe, expect, test } from 'vitest';
import { COMMAND_WAIT_MS } from './appends.js';
import { createEventStoreDbEventStore, type EventStoreDbEventStoreOptions } from './index.js';

/** Long enough for a busy machine to answer. */
const ATTEMPT_TIMEOUT_MS = 2_000;
/** Time for three attempts, where a test wants them. */
const THREE_ATTEMPTS_MS = 4 * ATTEMPT_TIMEOUT_MS;
const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const newStream = (): string => `config-test.${randomUUID()}`;
const newEvents = (count: number): EventToAppend[] =>
  Array.from({ length: count }, () => ({ id: randomUUID(), type: 'ConfigSet', data: '{"path":"a"}', metadata: '{}' }));

async function newDouble(options?: EventStoreDbDoubleOptions): Promise<EventStoreDbDouble> {
  const double = await eventStoreDbDouble(options);
  closers.push(() => double.close());
  return double;
}

function storeOf(connectionString: string, options: Partial<EventStoreDbEventStoreOptions> = {}): EventStore {
  const store = createEventStoreDbEventStore({ connectionString, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS, readTimeoutMs: 5_000, ...options });
  closers.push(() => store.close());
  return store;
}

/** A store that is connected, and how many attempts it has made since. */
async function given(options?: EventStoreDbDoubleOptions, storeOptions: Partial<EventStoreDbEventStoreOptions> = {}) {
  const double = await newDouble(options);
  const store = storeOf(double.connectionString, storeOptions);
  await store.append(newStream(), -1, newEvents(1));
  const before = double.counts.appends;
  return { double, store, stream: newStream(), attempts: () => double.counts.appends - before };
}

// At once, because each waits for timers.
describe.concurrent('an append whose outcome is unknown', () => {
  test('is sent again with the same bytes, and stands there once', async () => {
    const { double, store, stream, attempts } = await given();
    double.faults.loseAnswers = 1;
    const events = newEvents(2);
    expect(await store.append(stream, -1, events)).toMatchObject({ outcome: 'appended', alreadyThere: true });
    expect(double.log.stream(stream)?.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(attempts()).toBe(2);
  });

  test('is written by the second attempt when the first never arrived', async () => {
    const { double, store, stream } = await given();
    double.faults.loseRequests = 1;
    expect(await store.append(stream, -1, newEvents(1))).toMatchObject({ outcome: 'appended' });
    expect(double.log.stream(stream)).toHaveLength(1);
  });

  test('is sent a third time when the server drops a duplicate that is not replicated yet', async () => {
    const { double, store, stream, attempts } = await given(undefined, { commandWaitMs: THREE_ATTEMPTS_MS });
    double.faults.loseAnswers = 1;
    double.faults.dropDuplicates = 1;
    expect(await store.append(stream, -1, newEvents(1))).toMatchObject({ outcome: 'appended', alreadyThere: true });
    expect(attempts()).toBe(3);
  });

  test('is looked up when no attempt was answered, and answered with what is stored', async () => {
    const { double, store, stream } = await given();
    double.faults.loseAnswers = 1;
    double.faults.dropDuplicates = Infinity;
    const result = await store.append(stream, -1, newEvents(2));
    expect(result).toEqual({ outcome: 'appended', alreadyThere: true, position: double.log.events.at(-1)?.position });
  });

  test('is AppendOutcomeUnknown when no attempt was answered and it is not in the stream: it may still arrive', async () => {
    const { double, store, stream, attempts } = await given();
    double.faults.loseRequests = Infinity;
    await expect(store.append(stream, -1, newEvents(1))).rejects.toThrow(AppendOutcomeUnknown);
    expect(attempts()).toBeGreaterThan(1);
  });

  test('is AppendOutcomeUnknown when the stream cannot be read either', async () => {
    const { double, store, stream } = await given();
    double.faults.loseAnswers = 1;
    const append = store.append(stream, -1, newEvents(1));
    await eventually(() => double.log.stream(stream)?.length === 1);
    double.shutdown();
    await expect(append).rejects.toThrow(AppendOutcomeUnknown);
  });

  test('stands there when the same bytes are sent after the server is back', async () => {
    const { double, store, stream } = await given();
    double.faults.loseAnswers = 1;
    const events = newEvents(1);
    const append = store.append(stream, -1, events);
    await eventually(() => double.log.stream(stream)?.length === 1);
    double.shutdown();
    await append.catch(() => undefined);
    await double.restart();
    expect(await store.append(stream, -1, events)).toMatchObject({ outcome: 'appended' });
    expect(double.log.stream(stream)).toHaveLength(1);
  });

  test('is a conflict when somebody else was first, and says where the stream ends', async () => {
    const { double, store, stream, attempts } = await given();
    double.faults.loseRequests = 1;
    const append = store.append(stream, -1, newEvents(1));
    await eventually(() => attempts() === 1);
    expect(await storeOf(double.connectionString).append(stream, -1, newEvents(3))).toMatchObject({ outcome: 'appended' });
    expect(await append).toEqual({ outcome: 'conflict', revision: 2 });
  });

  test('is looked up when it is answered without a position', async () => {
    const { double, store, stream } = await given();
    double.faults.hidePositions = 1;
    const result = await store.append(stream, -1, newEvents(2));
    expect(result).toMatchObject({ outcome: 'appended', position: double.log.events.at(-1)?.position });
  });

  test('is sent again when the server gave up waiting for the commit', async () => {
    const { double, store, stream } = await given();
    double.faults.commitTimeouts = 1;
    expect(await store.append(stream, -1, newEvents(1))).toMatchObject({ outcome: 'appended', alreadyThere: true });
    expect(double.log.stream(stream)).toHaveLength(1);
  });

  test('is sent again when the server answered with an error from within, which has the details of one that is not ready', async () => {
    const { double, store, stream } = await given();
    double.faults.internalErrors = 1;
    expect(await store.append(stream, -1, newEvents(1))).toMatchObject({ outcome: 'appended', alreadyThere: true });
    expect(double.log.stream(stream)).toHaveLength(1);
  });

  test('harms nothing when its answer comes late', async () => {
    const { double, store, stream, attempts } = await given();
    double.faults.delayAnswersMs = ATTEMPT_TIMEOUT_MS * 2;
    const append = store.append(stream, -1, newEvents(1));
    await eventually(() => attempts() === 1);
    double.faults.delayAnswersMs = 0;
    expect(await append).toMatchObject({ outcome: 'appended' });
    for (let revision = 0; revision < 100; revision += 1) await store.append(stream, revision, newEvents(1));
    expect(double.log.stream(stream)).toHaveLength(101);
  });
});

describe.concurrent('an append when the server cannot be reached', () => {
  test('is EventStoreUnavailable, fast, and the same store works again when the server is back', async () => {
    const { double, store, stream } = await given();
    await store.append(stream, -1, newEvents(1));
    double.shutdown();
    // The first one may meet the connection while it breaks; from then on it is certain that nothing was sent.
    await store.append(newStream(), -1, newEvents(1)).catch(() => undefined);
    const start = performance.now();
    await expect(store.append(stream, 0, newEvents(1))).rejects.toThrow(EventStoreUnavailable);
    expect(performance.now() - start).toBeLessThan(ATTEMPT_TIMEOUT_MS * 2);
    await double.restart();
    expect(await store.append(stream, 0, newEvents(1))).toMatchObject({ outcome: 'appended', alreadyThere: false });
  });

  test('of one store says nothing about the appends of another in the same process', async () => {
    const [dying, healthy] = [await given(), await given()];
    await dying.store.append(dying.stream, -1, newEvents(1));
    await healthy.store.append(healthy.stream, -1, newEvents(1));
    healthy.double.faults.delayAnswersMs = 100;
    const append = healthy.store.append(healthy.stream, 0, newEvents(1));
    await eventually(() => healthy.attempts() === 2);
    dying.double.shutdown();
    await dying.store.append(dying.stream, 0, newEvents(1)).catch(() => undefined);
    expect(await append).toMatchObject({ outcome: 'appended', alreadyThere: false });
    expect(healthy.attempts()).toBe(2);
  });

  test('that accepts connections and is silent, is refused in bounded time: nothing was sent', async () => {
    const { double, stream } = await given();
    const proxy = await tcpProxy(double);
    closers.push(() => proxy.close());
    proxy.pause();
    const store = storeOf(`esdb://127.0.0.1:${proxy.port}?tls=false`);
    const start = performance.now();
    await expect(store.append(stream, -1, newEvents(1))).rejects.toThrow(EventStoreUnavailable);
    expect(performance.now() - start).toBeLessThan(COMMAND_WAIT_MS * 2);
    proxy.resume();
    expect(await store.append(stream, -1, newEvents(1))).toMatchObject({ outcome: 'appended' });
  });

  test('that falls silent in mid-flight is AppendOutcomeUnknown in bounded time', async () => {
    const { double, stream } = await given();
    const proxy = await tcpProxy(double);
    closers.push(() => proxy.close());
    const store = storeOf(`esdb://127.0.0.1:${proxy.port}?tls=false`);
    const events = newEvents(1);
    await store.append(newStream(), -1, newEvents(1));
    proxy.pause('toClient');
    const start = performance.now();
    await expect(store.append(stream, -1, events)).rejects.toThrow(AppendOutcomeUnknown);
    // Long before the pings of the connection find out.
    expect(performance.now() - start).toBeLessThan(COMMAND_WAIT_MS * 2);
    proxy.resume();
    expect(await store.append(stream, -1, events)).toMatchObject({ outcome: 'appended' });
    expect(double.log.stream(stream)).toHaveLength(1);
  });

  test.each([1, 2])('goes through while a node says %i times that it is not ready', async (times) => {
    const { double, store, stream } = await given();
    double.faults.notReady = times;
    expect(await store.append(stream, -1, newEvents(1))).toMatchObject({ outcome: 'appended', alreadyThere: false });
  });

  test('is EventStoreUnavailable when the node stays not ready', async () => {
    const { double, store, stream } = await given();
    double.faults.notReady = Infinity;
    await expect(store.append(stream, -1, newEvents(1))).rejects.toThrow(/Server Is Not Ready/);
    expect(double.log.stream(stream)).toBeUndefined();
  });

  test('asks anew what the server can do after it answered with an error (the client would keep that answer for ever)', async () => {
    const double = await newDouble();
    const store = storeOf(double.connectionString);
    double.faults.failFeatures = { calls: 1, code: status.INTERNAL };
    await expect(store.append(newStream(), -1, newEvents(1))).rejects.toThrow(EventStoreUnavailable);
    expect(await store.append(newStream(), -1, newEvents(1))).toMatchObject({ outcome: 'appended', alreadyThere: false });
  });

  test('asks anew what the server can do after it did not answer (the client would wait for ever)', async () => {
    const double = await newDouble();
    const store = storeOf(double.connectionString);
    double.faults.silentFeatures = Infinity;
    await expect(store.append(newStream(), -1, newEvents(1))).rejects.toThrow(EventStoreUnavailable);
    double.faults.silentFeatures = 0;
    expect(await store.append(newStream(), -1, newEvents(1))).toMatchObject({ outcome: 'appended', alreadyThere: false });
  });
});

describe('an append that the server refuses', () => {
  test('because this node is not the leader goes to the leader', async () => {
    const [follower, leader] = [await newDouble(), await newDouble()];
    follower.faults.leader = leader;
    const [store, stream] = [storeOf(follower.connectionString), newStream()];
    expect(await store.append(stream, -1, newEvents(1))).toMatchObject({ outcome: 'appended' });
    expect(leader.log.stream(stream)).toHaveLength(1);
    expect(follower.log.stream(stream)).toBeUndefined();
  });

  test('when the leader changes under many of them, stands there once each', async () => {
    const [first, second] = [await newDouble(), await newDouble()];
    const store = storeOf(first.connectionString);
    await store.append(newStream(), -1, newEvents(1));
    first.faults.leader = second;
    const streams = Array.from({ length: 20 }, newStream);
    const results = await Promise.all(streams.map((stream) => store.append(stream, -1, newEvents(2))));
    expect(results.every(({ outcome }) => outcome === 'appended')).toBe(true);
    for (const stream of streams) expect(second.log.stream(stream)).toHaveLength(2);
  });

  test('for want of permission is EventStoreUnavailable and says what to check', async () => {
    const { double, store, stream } = await given();
    double.faults.denyAccess = true;
    await expect(store.append(stream, -1, newEvents(1))).rejects.toThrow(EventStoreUnavailable);
    await expect(store.append(stream, -1, newEvents(1))).rejects.toThrow(/user and password/);
    double.faults.denyAccess = false;
    expect(await store.append(stream, -1, newEvents(1))).toMatchObject({ outcome: 'appended' });
  });

  test('because it is larger than that server takes is AppendTooLarge', async () => {
    const { double, store, stream } = await given({ maxAppendSizeBytes: 1_000 });
    await expect(store.append(stream, -1, newEvents(100))).rejects.toThrow(AppendTooLarge);
    expect(double.log.stream(stream)).toBeUndefined();
  });

  test('because one event is larger than that server takes is AppendTooLarge, at once', async () => {
    const { double, store, stream, attempts } = await given({ maxAppendEventSizeBytes: 1_000 });
    const events = newEvents(1).map((event) => ({ ...event, data: JSON.stringify('x'.repeat(1_000)) }));
    await expect(store.append(stream, -1, events)).rejects.toThrow(AppendTooLarge);
    expect(double.log.stream(stream)).toBeUndefined();
    expect(attempts()).toBe(0);
  });

  test('because the stream was deleted for good is EventStoreUnavailable and says so', async () => {
    const { double, store, stream } = await given();
    double.log.tombstone(stream);
    await expect(store.append(stream, -1, newEvents(1))).rejects.toThrow(/deleted this stream/);
  });
});

describe('appends of the same bytes at the same time', () => {
  test('are sent once: a server drops the second without a word while the first is not replicated', async () => {
    const { double, store, stream, attempts } = await given();
    double.faults.dropDuplicates = 1;
    const events = newEvents(2);
    const results = await Promise.all([store.append(stream, -1, events), store.append(stream, -1, events)]);
    expect(results.map((result) => result.outcome === 'appended' && result.alreadyThere)).toEqual([false, true]);
    expect(attempts()).toBe(1);
  });

  test('that differ in one event are two, of which one wins', async () => {
    const { store, stream, attempts } = await given();
    const [one, two, last] = [newEvents(1), newEvents(1), newEvents(1)];
    const results = await Promise.all([store.append(stream, -1, [...one, ...last]), store.append(stream, -1, [...two, ...last])]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['appended', 'conflict']);
    expect(attempts()).toBe(2);
  });

  test('share what becomes of them', async () => {
    const { double, store, stream, attempts } = await given();
    double.faults.denyAccess = true;
    const events = newEvents(1);
    const results = await Promise.allSettled([store.append(stream, -1, events), store.append(stream, -1, events)]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    double.faults.denyAccess = false;
    expect(await store.append(stream, -1, events)).toMatchObject({ outcome: 'appended', alreadyThere: false });
    expect(attempts()).toBe(1);
  });
});

describe('appends to different streams', () => {
  test('wait for their answers together, not one behind another', async () => {
    const { double, attempts } = await given();
    const store = storeOf(double.connectionString, { attemptTimeoutMs: 20_000 });
    await store.append(newStream(), -1, newEvents(1));
    double.faults.delayAnswersMs = 50;
    const start = performance.now();
    await Promise.all(Array.from({ length: 200 }, () => store.append(newStream(), -1, newEvents(1))));
    // One behind another they would take 10 s.
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(attempts()).toBe(201);
  });

  test('begun at the same moment reach a fresh connection, all of them', async () => {
    const double = await newDouble();
    const store = storeOf(double.connectionString, { attemptTimeoutMs: 20_000 });
    const results = await Promise.all(Array.from({ length: 500 }, () => store.append(newStream(), -1, newEvents(1))));
    expect(results.every((result) => result.outcome === 'appended')).toBe(true);
    expect(double.counts.features).toBe(1);
  });
});

describe('what the server keeps', () => {
  test('are the bytes that were given, marked as JSON, under the ids that were given', async () => {
    const { double, store, stream } = await given();
    // JSON.parse and JSON.stringify would move 9 before 10, cut the number and lose the space.
    const [data, metadata] = ['{"10":1,"9":2,"n":9007199254740993}', '{"b": 1,"a":2,"hash":"0"}'];
    const event = { id: randomUUID(), type: 'ConfigSet', data, metadata };
    await store.append(stream, -1, [event]);
    const [kept] = double.log.stream(stream) ?? [];
    expect(kept).toMatchObject({ id: event.id, type: 'ConfigSet', contentType: 'application/json' });
    expect(Buffer.from(kept?.data ?? []).toString()).toBe(data);
    expect((await store.readStream(stream, { limit: 1 }))[0]).toMatchObject({ data, metadata });
  });
});
