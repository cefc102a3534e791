// What reads of the log go through: leaders that change, silence, servers that come back, and strangers on the same server.
import { randomUUID } from 'node:crypto';
import { EventStoreUnavailable, type EventStore } from '@confledger/application';
import { appendForeign, eventStoreDbDouble, type EventStoreDbDouble } from '@confledger/doubles';
import { eventually } from '@confledger/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEventStoreDbEventStore } from './index.js';
import { SEARCH_PATIENCE } from './page.js';

const STRANGERS = 3_000;
const closers: (() => Promise<void>)[] = [];
let double: EventStoreDbDouble;
let store: EventStore;
const stream = 'config-test.reads';
const newEvent = () => ({ id: randomUUID(), type: 'ConfigSet', data: '{}', metadata: '{}' });
const append = (to: EventStore, revision: number) => to.append(stream, revision, [newEvent()]);

beforeEach(async () => {
  double = await eventStoreDbDouble();
  store = createEventStoreDbEventStore({ connectionString: double.connectionString, readTimeoutMs: 2_000 });
  closers.push(
    () => double.close(),
    () => store.close(),
  );
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

describe('a read', () => {
  test('for a command goes to the leader, wherever it is now', async () => {
    const leader = await eventStoreDbDouble();
    const writer = createEventStoreDbEventStore({ connectionString: leader.connectionString });
    closers.push(
      () => leader.close(),
      () => writer.close(),
    );
    await append(writer, -1);
    double.faults.leader = leader;
    expect(await store.readStream(stream, { limit: 10 })).toHaveLength(1);
    expect(await store.lastPosition()).toBe(await writer.lastPosition());
  });

  test('at a position that is in the middle of an event finds none', async () => {
    await append(store, -1);
    await append(store, 0);
    const [first] = await store.readStream(stream, { limit: 1 });
    expect(await store.readAt((first?.position ?? 0n) + 1n)).toBeNull();
    expect(await store.readAt(first?.position ?? 0n)).toEqual(first);
  });

  test('that is not answered is EventStoreUnavailable in bounded time', async () => {
    double.faults.silentReads = 1;
    const start = performance.now();
    await expect(store.readStream(stream, { limit: 1 })).rejects.toThrow(EventStoreUnavailable);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(await store.readStream(stream, { limit: 1 })).toEqual([]);
  });

  test('while the server is down is EventStoreUnavailable, and the same store reads again when it is back', async () => {
    await append(store, -1);
    double.shutdown();
    await expect(store.readStream(stream, { limit: 1 })).rejects.toThrow(EventStoreUnavailable);
    await expect(store.readAll({ after: 0n, limit: 1 })).rejects.toThrow(EventStoreUnavailable);
    await double.restart();
    expect(await store.readStream(stream, { limit: 10 })).toHaveLength(1);
  });

  test('without permission is EventStoreUnavailable and says what to check', async () => {
    double.faults.denyAccess = true;
    await expect(store.readAll({ after: 0n, limit: 1 })).rejects.toThrow(/user and password/);
    await expect(store.lastPosition()).rejects.toThrow(EventStoreUnavailable);
  });

  test('of the whole log gives full pages of our events through thousands of strangers', async () => {
    for (let revision = -1; revision < 2; revision += 1) {
      await append(store, revision);
      for (let index = 0; index < STRANGERS / 3; index += 1) appendForeign(double.log, 'orders-1');
    }
    const [first] = await store.readAll({ after: 0n, limit: 1 });
    expect((await store.readAll({ after: 0n, limit: 3 })).map(({ revision }) => revision)).toEqual([0, 1, 2]);
    expect((await store.readAll({ after: first?.position ?? 0n, limit: 1 })).map(({ revision }) => revision)).toEqual([1]);
  });

  test('of the whole log is over when its page is full, though the server looks for one event more, to the end of its log', async () => {
    for (let revision = -1; revision < 2; revision += 1) await append(store, revision);
    double.faults.endlessSearches = 3;
    const [first] = await store.readAll({ after: 0n, limit: 1 });
    expect((await store.readAll({ after: first?.position ?? 0n, limit: 2 })).map(({ revision }) => revision)).toEqual([1, 2]);
    expect(await store.lastPosition()).toBeGreaterThan(first?.position ?? 0n);
    expect(double.faults.endlessSearches).toBe(0);
    await eventually(() => double.searches === 0);
  });
});

describe('a search of the whole log', () => {
  const READ_TIMEOUT_MS = 200;
  const hasty = (): EventStore => {
    const hastyStore = createEventStoreDbEventStore({ connectionString: double.connectionString, readTimeoutMs: READ_TIMEOUT_MS });
    closers.push(() => hastyStore.close());
    return hastyStore;
  };

  test('may be silent for longer than a read, because a server says nothing on its way through strangers', async () => {
    await append(store, -1);
    double.faults.searchMs = READ_TIMEOUT_MS * 3;
    const patient = hasty();
    expect(await patient.readAll({ after: 0n, limit: 1 })).toHaveLength(1);
    expect(await patient.lastPosition()).toBe(await store.lastPosition());
  });

  test('that is not answered is EventStoreUnavailable in bounded time', async () => {
    double.faults.silentReads = 1;
    const start = performance.now();
    await expect(hasty().lastPosition()).rejects.toThrow(EventStoreUnavailable);
    expect(performance.now() - start).toBeLessThan(READ_TIMEOUT_MS * SEARCH_PATIENCE + 5_000);
  });
});

describe('a position that nobody gave out', () => {
  test("behind our newest event is an empty page, even where it is the middle of a stranger's event", async () => {
    await append(store, -1);
    for (let index = 0; index < 50; index += 1) appendForeign(double.log, 'orders-1');
    const end = await store.lastPosition();
    expect(await store.readAll({ after: end + 1_000n, limit: 10 })).toEqual([]);
  });

  test('before our newest event is a fault: what lies behind it cannot be said', async () => {
    await append(store, -1);
    await append(store, 0);
    const [first] = await store.readAll({ after: 0n, limit: 1 });
    await expect(store.readAll({ after: (first?.position ?? 0n) + 1n, limit: 10 })).rejects.toThrow(EventStoreUnavailable);
  });
});

describe('the last position', () => {
  test('is that of our newest event, so that a reader of our events can reach it, whatever strangers append', async () => {
    const result = await append(store, -1);
    appendForeign(double.log, 'orders-1');
    appendForeign(double.log, '$stats-0');
    expect(result).toMatchObject({ outcome: 'appended', position: await store.lastPosition() });
  });

  test('is 0 while there are strangers only', async () => {
    appendForeign(double.log, 'orders-1');
    expect(await store.lastPosition()).toBe(0n);
  });
});
