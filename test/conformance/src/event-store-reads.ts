// The rules of EventStore.readStream, readAll and lastPosition.
import type { EventStore, EventToAppend } from '@confledger/application';
import { beforeAll, describe, expect, test } from 'vitest';
import { appended, asStored, newEvents, newStream, readWholeLog, withoutPosition } from './event-store-fixtures.js';

export function readRules(store: () => EventStore): void {
  describe('readStream', () => {
    const stream = newStream();
    let events: EventToAppend[];
    const revisions = async (page: Parameters<EventStore['readStream']>[1]): Promise<number[]> =>
      (await store().readStream(stream, page)).map(({ revision }) => revision);

    beforeAll(async () => {
      events = newEvents(7);
      await appended(store(), stream, -1, events.slice(0, 4));
      await appended(store(), stream, 3, events.slice(4));
    });

    test('begins at the first event and ends with the last, forwards', async () => {
      expect(withoutPosition(await store().readStream(stream, { limit: 100 }))).toEqual(asStored(stream, 0, events));
    });

    test('begins at `from`, inclusive, and gives `limit` events at most', async () => {
      expect(await revisions({ from: 2, limit: 3 })).toEqual([2, 3, 4]);
      expect(await revisions({ from: 6, limit: 3 })).toEqual([6]);
    });

    test('backwards begins at the end, or at `from`, inclusive', async () => {
      expect(await revisions({ direction: 'backwards', limit: 2 })).toEqual([6, 5]);
      expect(await revisions({ direction: 'backwards', from: 4, limit: 2 })).toEqual([4, 3]);
      expect(await revisions({ direction: 'backwards', from: 1, limit: 10 })).toEqual([1, 0]);
      expect(await revisions({ direction: 'backwards', from: 100, limit: 2 })).toEqual([6, 5]);
    });

    test('past the end is an empty page', async () => {
      expect(await revisions({ from: 7, limit: 10 })).toEqual([]);
      expect(await revisions({ from: 1_000, limit: 10 })).toEqual([]);
    });

    test('of a missing stream is an empty page, in both directions', async () => {
      expect(await store().readStream(newStream(), { limit: 10 })).toEqual([]);
      expect(await store().readStream(newStream(), { direction: 'backwards', limit: 10 })).toEqual([]);
    });

    test('sees every append that was acknowledged before', async () => {
      const own = newStream();
      for (let revision = -1; revision < 20; revision += 1) {
        await appended(store(), own, revision, newEvents(1));
        expect((await store().readStream(own, { direction: 'backwards', limit: 1 }))[0]?.revision).toBe(revision + 1);
      }
    });

    test('refuses a limit below 1 or above 10,000 and a broken stream name', async () => {
      await expect(store().readStream(stream, { limit: 0 })).rejects.toThrow(RangeError);
      await expect(store().readStream(stream, { limit: 10_001 })).rejects.toThrow(RangeError);
      await expect(store().readStream('', { limit: 1 })).rejects.toThrow(TypeError);
      await expect(store().readStream('x'.repeat(1_025), { limit: 1 })).rejects.toThrow(TypeError);
    });
  });

  describe('readAll', () => {
    test('gives events of all streams behind a position, exclusive, in position order', async () => {
      const after = await store().lastPosition();
      const [first, second] = [newStream(), newStream()];
      const one = await appended(store(), first, -1, newEvents(2));
      const two = await appended(store(), second, -1, newEvents(1));
      const three = await appended(store(), first, 1, newEvents(1));
      const all = (await readWholeLog(store(), after)).filter(({ stream }) => stream === first || stream === second);
      expect(all.map(({ stream, revision }) => [stream, revision])).toEqual([
        [first, 0],
        [first, 1],
        [second, 0],
        [first, 2],
      ]);
      const positions = all.map(({ position }) => position);
      expect(positions.slice(1)).toEqual([one, two, three]);
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => Number(a - b)));
      expect((await store().readAll({ after: one, limit: 1 }))[0]?.position).toBe(two);
      // A projector that goes on with one stream stops at its place in the whole log.
      expect(await store().readStream(first, { limit: 10 })).toEqual(all.filter(({ stream }) => stream === first));
    });

    test('of a page holds `limit` events at most, the oldest', async () => {
      const after = await store().lastPosition();
      await appended(store(), newStream(), -1, newEvents(5));
      const page = await store().readAll({ after, limit: 2 });
      expect(page.map(({ revision }) => revision)).toEqual([0, 1]);
    });

    test('behind the end is an empty page', async () => {
      const end = await store().lastPosition();
      expect(await store().readAll({ after: end, limit: 10 })).toEqual([]);
      expect(await store().readAll({ after: end + 1_000n, limit: 10 })).toEqual([]);
    });

    test('refuses a limit below 1', async () => {
      await expect(store().readAll({ after: 0n, limit: 0 })).rejects.toThrow(RangeError);
    });
  });

  describe('readAt', () => {
    test('gives the very event that was given this position, and null where none stands', async () => {
      const stream = newStream();
      const written = newEvents(2);
      const last = await appended(store(), stream, -1, written);
      const [first, second] = await store().readStream(stream, { limit: 2 });
      expect(await store().readAt(last)).toEqual(second);
      expect(await store().readAt(first?.position ?? 0n)).toEqual(first);
      for (const position of [0n, last + 1n, last + 1_000n]) expect(await store().readAt(position)).toBeNull();
    });
  });

  describe('lastPosition', () => {
    test('is that of the newest event', async () => {
      const position = await appended(store(), newStream(), -1, newEvents(2));
      expect(await store().lastPosition()).toBe(position);
    });
  });
}
