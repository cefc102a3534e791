// The rules of EventStore.subscribe and close.
import { EventStoreUnavailable, type EventStore } from '@confledger/application';
import { eventually } from '@confledger/test-support';
import { describe, expect, test } from 'vitest';
import { appended, newEvents, newStream, readWholeLog, subscriber } from './event-store-fixtures.js';
import type { EventStoreUnderTest } from './event-store-under-test.js';

export function subscriptionRules(store: () => EventStore, subject: EventStoreUnderTest): void {
  const { createSecond, notSharedBecause } = subject;
  const skipped = createSecond === undefined ? ` (skipped: ${notSharedBecause ?? 'no reason given'})` : '';

  describe('subscribe', () => {
    test('gives history first and then what comes, in position order, each event once', async () => {
      const after = await store().lastPosition();
      const stream = newStream();
      for (let revision = -1; revision < 49; revision += 1) await appended(store(), stream, revision, newEvents(1));
      const reader = subscriber(store(), after);
      for (let revision = 49; revision < 99; revision += 1) await appended(store(), stream, revision, newEvents(1));
      await eventually(() => reader.of(stream).length >= 100);
      await reader.stop();
      expect(reader.of(stream).map(({ revision }) => revision)).toEqual(Array.from({ length: 100 }, (_, index) => index));
      expect(reader.events).toEqual(await readWholeLog(store(), after));
    });

    test('begins behind `after`, exclusive', async () => {
      const stream = newStream();
      const first = await appended(store(), stream, -1, newEvents(1));
      await appended(store(), stream, 0, newEvents(1));
      const reader = subscriber(store(), first);
      await eventually(() => reader.of(stream).length > 0);
      await reader.stop();
      expect(reader.of(stream).map(({ revision }) => revision)).toEqual([1]);
    });

    test('misses and repeats nothing while many writers append', async () => {
      const after = await store().lastPosition();
      const readers = [subscriber(store(), after), subscriber(store(), after)];
      const streams = Array.from({ length: 16 }, newStream);
      await Promise.all(
        streams.map(async (stream) => {
          for (let revision = -1; revision < 20; revision += 3) await appended(store(), stream, revision, newEvents(3));
        }),
      );
      const all = await readWholeLog(store(), after);
      for (const reader of readers) {
        await eventually(() => reader.events.length >= all.length);
        await reader.stop();
        expect(reader.events).toEqual(all);
      }
    });

    test('of a slow consumer makes no writer wait, and gives it everything later', async () => {
      const after = await store().lastPosition();
      const abort = new AbortController();
      const slow = store().subscribe({ after, signal: abort.signal })[Symbol.asyncIterator]();
      const stream = newStream();
      await appended(store(), stream, -1, newEvents(1));
      const got = [...((await slow.next()).value ?? [])];
      for (let revision = 0; revision < 6_000; revision += 1_000) await appended(store(), stream, revision, newEvents(1_000));
      const all = await readWholeLog(store(), after);
      while (got.length < all.length) got.push(...((await slow.next()).value ?? []));
      expect(got).toEqual(all);
      abort.abort();
      expect(await slow.next()).toEqual({ done: true, value: undefined });
    });

    test('returns when its signal aborts: while it waits, and before it began', async () => {
      const reader = subscriber(store(), await store().lastPosition());
      await reader.stop();
      const never = store().subscribe({ after: 0n, signal: AbortSignal.abort() })[Symbol.asyncIterator]();
      expect(await never.next()).toEqual({ done: true, value: undefined });
    });

    test('in mid-history returns when its signal aborts', async () => {
      await appended(store(), newStream(), -1, newEvents(1_200));
      const abort = new AbortController();
      let batches = 0;
      for await (const batch of store().subscribe({ after: 0n, signal: abort.signal })) {
        expect(batch.length).toBeGreaterThan(0);
        batches += 1;
        abort.abort();
      }
      expect(batches).toBe(1);
    });

    test('ends quietly when its consumer leaves the loop', async () => {
      const after = await store().lastPosition();
      await appended(store(), newStream(), -1, newEvents(1));
      const abort = new AbortController();
      for await (const batch of store().subscribe({ after, signal: abort.signal })) {
        expect(batch).toHaveLength(1);
        break;
      }
      const other = subscriber(store(), after);
      await appended(store(), newStream(), -1, newEvents(1));
      await eventually(() => other.events.length === 2);
      await other.stop();
    });

    test.skipIf(createSecond === undefined)(`hears of what another store over the same log appends${skipped}`, async () => {
      const second = await createSecond?.();
      if (second === undefined) return;
      const after = await store().lastPosition();
      const reader = subscriber(store(), after);
      const stream = newStream();
      try {
        for (let revision = -1; revision < 20; revision += 2) {
          await appended(second, stream, revision, newEvents(1));
          await appended(store(), stream, revision + 1, newEvents(1));
        }
        await eventually(() => reader.of(stream).length >= 22);
        expect(reader.events).toEqual(await readWholeLog(second, after));
      } finally {
        await reader.stop();
        await second.close();
      }
    });
  });

  describe('close', () => {
    test('ends subscriptions, refuses every later call and may be repeated', async () => {
      const closed = await (createSecond ?? subject.create)();
      await appended(closed, newStream(), -1, newEvents(1));
      const reader = subscriber(closed, 0n);
      await eventually(() => reader.events.length > 0);
      await closed.close();
      await closed.close();
      await reader.ended;
      await expect(closed.append(newStream(), -1, newEvents(1))).rejects.toThrow(EventStoreUnavailable);
      await expect(closed.readStream(newStream(), { limit: 1 })).rejects.toThrow(EventStoreUnavailable);
      await expect(closed.readAll({ after: 0n, limit: 1 })).rejects.toThrow(EventStoreUnavailable);
      await expect(closed.lastPosition()).rejects.toThrow(EventStoreUnavailable);
      await subscriber(closed, 0n).ended;
    });

    test('waits for appends that are under way', async () => {
      const closing = await (createSecond ?? subject.create)();
      const append = closing.append(newStream(), -1, newEvents(1));
      await closing.close();
      expect(await append).toMatchObject({ outcome: 'appended' });
    });

    test('of an empty log: lastPosition is 0 and there is nothing to read', async () => {
      const empty = await subject.create();
      expect(await empty.lastPosition()).toBe(0n);
      expect(await empty.readAll({ after: 0n, limit: 10 })).toEqual([]);
      await empty.close();
    });
  });
}
