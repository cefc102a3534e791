// What a subscription goes through without losing, repeating or reordering an event.
import { randomUUID } from 'node:crypto';
import type { EventStore, StoredEvent } from '@confledger/application';
import { appendForeign, eventStoreDbDouble, type EventStoreDbDouble } from '@confledger/doubles';
import { eventually, tcpProxy } from '@confledger/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEventStoreDbEventStore } from './index.js';

const closers: (() => Promise<void>)[] = [];
let double: EventStoreDbDouble;
let store: EventStore;
const stream = 'config-test.subscription';

beforeEach(async () => {
  double = await eventStoreDbDouble();
  store = createEventStoreDbEventStore({ connectionString: double.connectionString, attemptTimeoutMs: 15_000 });
  closers.push(
    () => double.close(),
    () => store.close(),
  );
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const newEvent = () => ({ id: randomUUID(), type: 'ConfigSet', data: '{}', metadata: '{}' });

/** Appends one event to the stream of these tests. */
async function append(from: EventStore = store): Promise<void> {
  const revision = (double.log.stream(stream)?.length ?? 0) - 1;
  await from.append(stream, revision, [newEvent()]);
}

function subscriber(from: EventStore = store, after = 0n) {
  const events: StoredEvent[] = [];
  const abort = new AbortController();
  const ended = (async () => {
    for await (const batch of from.subscribe({ after, signal: abort.signal })) events.push(...batch);
  })();
  closers.push(async () => {
    abort.abort();
    await ended;
  });
  const stop = async (): Promise<void> => {
    abort.abort();
    await ended;
  };
  return { events, stop, revisions: () => events.map(({ revision }) => revision) };
}

describe('a subscription', () => {
  test('goes on behind the last event when the server drops a consumer that was too slow', async () => {
    const reader = subscriber();
    for (let round = 0; round < 5; round += 1) {
      await append();
      await eventually(() => reader.events.length === round * 2 + 1);
      double.dropSubscriptions();
      await append();
      await eventually(() => reader.events.length === round * 2 + 2);
    }
    expect(reader.revisions()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('goes on when the server was killed and has come back', async () => {
    const reader = subscriber();
    await append();
    await eventually(() => reader.events.length === 1);
    double.shutdown();
    await double.restart();
    await eventually(async () => {
      await append();
      return true;
    });
    await eventually(() => reader.events.length === 2);
    expect(reader.revisions()).toEqual([0, 1]);
  });

  test('begins when the server that was not there at first has come', async () => {
    double.shutdown();
    const reader = subscriber();
    await double.restart();
    await append();
    await eventually(() => reader.events.length === 1);
  });

  test('drops what a server sends a second time after a resubscription', async () => {
    for (let index = 0; index < 5; index += 1) await append();
    double.faults.duplicates = { subscriptions: 2, events: 3 };
    const reader = subscriber(store, double.log.stream(stream)?.[2]?.position);
    await eventually(() => reader.events.length === 2);
    double.dropSubscriptions();
    await append();
    await eventually(() => reader.events.length === 3);
    expect(reader.revisions()).toEqual([3, 4, 5]);
  });

  test('never resumes at a checkpoint: one may name the event that is recorded after it', async () => {
    double.faults.checkpointsAhead = true;
    const reader = subscriber();
    await append();
    await eventually(() => reader.events.length === 1);
    double.dropSubscriptions();
    await eventually(() => double.subscriptions === 1);
    double.dropSubscriptions();
    // Recorded while nobody listens, at the position that the checkpoint named.
    await append();
    await eventually(() => reader.events.length === 2);
    expect(reader.revisions()).toEqual([0, 1]);
  });

  test('gives no events of other applications on the same server', async () => {
    const foreign = ['orders-1', 'configuration-1', 'installations', 'acme.config-test.x', '$stats-0'];
    for (const name of foreign) appendForeign(double.log, name);
    const reader = subscriber();
    await append();
    await eventually(() => reader.events.length === 1);
    expect(reader.events.map((event) => event.stream)).toEqual([stream]);
  });

  test('of one namespace sees nothing of another', async () => {
    const acme = createEventStoreDbEventStore({ connectionString: double.connectionString, namespace: 'acme' });
    closers.push(() => acme.close());
    const [ours, theirs] = [subscriber(), subscriber(acme)];
    await append();
    await acme.append(stream, -1, [{ ...newEvent(), data: '{"acme":1}' }]);
    await eventually(() => ours.events.length === 1 && theirs.events.length === 1);
    expect(theirs.events[0]).toMatchObject({ stream, revision: 0, data: '{"acme":1}' });
    expect(double.log.stream(`acme.${stream}`)).toHaveLength(1);
    expect((await acme.readAll({ after: 0n, limit: 10 })).map(({ data }) => data)).toEqual(['{"acme":1}']);
  });

  test('waits for permission that it does not have yet', async () => {
    double.faults.denyAccess = true;
    const reader = subscriber();
    await eventually(() => double.counts.subscriptions === 0 && reader.events.length === 0);
    double.faults.denyAccess = false;
    await append();
    await eventually(() => reader.events.length === 1);
  });

  test('is ended at the server when its consumer leaves the loop, when its signal aborts, and when the store is closed', async () => {
    await append();
    for await (const batch of store.subscribe({ after: 0n, signal: new AbortController().signal })) {
      expect(batch).toHaveLength(1);
      break;
    }
    await eventually(() => double.subscriptions === 0);

    const aborted = subscriber();
    await eventually(() => double.subscriptions === 1);
    await aborted.stop();
    await eventually(() => double.subscriptions === 0);

    subscriber();
    await eventually(() => double.subscriptions === 1);
    await store.close();
    await eventually(() => double.subscriptions === 0);
  });

  test('is ended at the server when its consumer throws in the middle of a long history', async () => {
    await store.append(stream, -1, Array.from({ length: 1_200 }, newEvent));
    const read = async (): Promise<void> => {
      for await (const _ of store.subscribe({ after: 0n, signal: new AbortController().signal })) throw new Error('poisoned');
    };
    await expect(read()).rejects.toThrow('poisoned');
    await eventually(() => double.subscriptions === 0);
  });

  test('that is aborted while the server is silent returns at once', async () => {
    const proxy = await tcpProxy(double);
    closers.push(() => proxy.close());
    proxy.pause();
    const silent = createEventStoreDbEventStore({ connectionString: `esdb://127.0.0.1:${proxy.port}?tls=false` });
    closers.push(() => silent.close());
    const reader = subscriber(silent);
    const start = performance.now();
    await reader.stop();
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  test('notices a network that swallows everything, by the pings of the connection', async () => {
    const proxy = await tcpProxy(double);
    closers.push(() => proxy.close());
    let losses = 0;
    const behind = createEventStoreDbEventStore({
      connectionString: `esdb://127.0.0.1:${proxy.port}?tls=false&keepAliveInterval=10000&keepAliveTimeout=500`,
      logger: { warn: () => void (losses += 1) },
    });
    closers.push(() => behind.close());
    const reader = subscriber(behind);
    await eventually(() => double.subscriptions === 1);
    proxy.pause();
    await append();
    await eventually(() => losses > 0, { timeoutMs: 20_000 });
    proxy.resume();
    await eventually(() => reader.events.length === 1);
  });
});
