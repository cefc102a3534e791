// The rules of EventStore.append.
import { APPEND_BYTES_MAX, AppendTooLarge, type EventStore } from '@confledger/application';
import { describe, expect, test } from 'vitest';
import { appended, asStored, newEvent, newEvents, newStream, positionOf, withoutPosition } from './event-store-fixtures.js';

export function appendRules(store: () => EventStore): void {
  describe('append', () => {
    test('to a new stream writes all events from revision 0 on and answers the position of the last', async () => {
      const stream = newStream();
      const events = newEvents(3);
      const position = await appended(store(), stream, -1, events);
      const stored = await store().readStream(stream, { limit: 10 });
      expect(withoutPosition(stored)).toEqual(asStored(stream, 0, events));
      expect(stored.at(-1)?.position).toBe(position);
    });

    test('is told apart from one that is there already', async () => {
      const stream = newStream();
      const events = newEvents(2);
      const first = await store().append(stream, -1, events);
      const second = await store().append(stream, -1, events);
      expect(first).toMatchObject({ outcome: 'appended', alreadyThere: false });
      expect(second).toEqual({ outcome: 'appended', alreadyThere: true, position: positionOf(first) });
      expect(await store().readStream(stream, { limit: 10 })).toHaveLength(2);
    });

    test('that is there already answers the position of its own last event, not of the stream', async () => {
      const stream = newStream();
      const events = newEvents(2);
      const position = await appended(store(), stream, -1, events);
      await appended(store(), stream, 1, newEvents(3));
      expect(await store().append(stream, -1, events)).toEqual({ outcome: 'appended', alreadyThere: true, position });
    });

    test('with a stale revision is a conflict, says where the stream ends and writes nothing', async () => {
      const stream = newStream();
      await appended(store(), stream, -1, newEvents(3));
      expect(await store().append(stream, 1, newEvents(1))).toEqual({ outcome: 'conflict', revision: 2 });
      expect(await store().append(stream, -1, newEvents(1))).toEqual({ outcome: 'conflict', revision: 2 });
      expect(await store().readStream(stream, { limit: 10 })).toHaveLength(3);
    });

    test('with a revision that the stream has not reached is a conflict', async () => {
      const stream = newStream();
      expect(await store().append(stream, 0, newEvents(1))).toEqual({ outcome: 'conflict', revision: -1 });
      await appended(store(), stream, -1, newEvents(1));
      expect(await store().append(stream, 5, newEvents(1))).toEqual({ outcome: 'conflict', revision: 0 });
    });

    test('whose events are there only in part is a conflict', async () => {
      const stream = newStream();
      const [first, second] = [newEvent(1), newEvent(2)];
      await appended(store(), stream, -1, [first, second]);
      expect(await store().append(stream, -1, [first, newEvent()])).toEqual({ outcome: 'conflict', revision: 1 });
      expect(await store().append(stream, -1, [first, second, newEvent()])).toEqual({ outcome: 'conflict', revision: 1 });
      expect(await store().append(stream, -1, [second])).toEqual({ outcome: 'conflict', revision: 1 });
      expect(await store().readStream(stream, { limit: 10 })).toHaveLength(2);
    });

    test('of two writers with the same expected revision lets exactly one win', async () => {
      const stream = newStream();
      await appended(store(), stream, -1, newEvents(1));
      const results = await Promise.all(Array.from({ length: 8 }, () => store().append(stream, 0, newEvents(2))));
      expect(results.filter(({ outcome }) => outcome === 'appended')).toHaveLength(1);
      for (const result of results) if (result.outcome === 'conflict') expect(result.revision).toBe(2);
      expect(await store().readStream(stream, { limit: 10 })).toHaveLength(3);
    });

    test('of the same bytes twice at once writes them once and answers both', async () => {
      const stream = newStream();
      const events = newEvents(2);
      const results = await Promise.all([store().append(stream, -1, events), store().append(stream, -1, events)]);
      expect(new Set(results.map(positionOf)).size).toBe(1);
      expect(results.filter((result) => result.outcome === 'appended' && result.alreadyThere)).toHaveLength(1);
      expect(await store().readStream(stream, { limit: 10 })).toHaveLength(2);
    });

    test('that expects what one still under way will leave is written behind it', async () => {
      const stream = newStream();
      const appends = [0, 1, 2, 3].map((index) => store().append(stream, index * 2 - 1, newEvents(2)));
      const positions = (await Promise.all(appends)).map(positionOf);
      expect(positions).toEqual([...positions].sort((a, b) => Number(a - b)));
      expect(await store().readStream(stream, { limit: 10 })).toHaveLength(8);
    });

    test('that fails harms no other append of the same moment', async () => {
      const [good, stale, other] = [newStream(), newStream(), newStream()];
      await appended(store(), stale, -1, newEvents(1));
      const results = await Promise.all([
        store().append(good, -1, newEvents(1)),
        store().append(stale, -1, newEvents(1)),
        store().append(other, -1, newEvents(1)),
      ]);
      expect(results.map(({ outcome }) => outcome)).toEqual(['appended', 'conflict', 'appended']);
    });

    test('gives positions that grow with each commit', async () => {
      const positions: bigint[] = [];
      for (let index = 0; index < 5; index += 1) positions.push(await appended(store(), newStream(), -1, newEvents(1)));
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => Number(a - b)));
      expect(await store().lastPosition()).toBeGreaterThanOrEqual(positions.at(-1) ?? 0n);
    });

    test('keeps data and metadata byte for byte', async () => {
      const stream = newStream();
      const texts = [
        '{}',
        '{ "b": 1,\t"a" : 2,\n"a": 3 }',
        '{"value":1.0e2}',
        '"\\u0000 \\ud800"',
        '"日本語 𝄞 é"',
        '[9007199254740993,0.10]',
        '"\\\\ \\" \' {} , NULL"',
        '',
      ];
      const events = texts.map((text) => ({ ...newEvent(), data: text, metadata: text }));
      await appended(store(), stream, -1, events);
      const stored = await store().readStream(stream, { limit: 20 });
      expect(stored.map(({ data }) => data)).toEqual(texts);
      expect(stored.map(({ metadata }) => metadata)).toEqual(texts);
    });

    test('takes any stream name, and tells names apart that differ in case or trailing blanks', async () => {
      const base = newStream();
      const names = [`${base}-a`, `${base}-A`, `${base}-a `, `${base}-'";$$\\%_日本語`];
      for (const name of names) await appended(store(), name, -1, newEvents(1));
      for (const name of names) expect((await store().readStream(name, { limit: 5 })).map(({ stream }) => stream)).toEqual([name]);
    });

    test('without events throws a TypeError', async () => {
      await expect(store().append(newStream(), -1, [])).rejects.toThrow(TypeError);
    });

    test('with a revision that is none throws a TypeError', async () => {
      await expect(store().append(newStream(), -2, newEvents(1))).rejects.toThrow(TypeError);
      await expect(store().append(newStream(), 0.5, newEvents(1))).rejects.toThrow(TypeError);
    });

    test('of text that no store could give back throws a TypeError', async () => {
      await expect(store().append(newStream(), -1, [{ ...newEvent(), data: '"\0"' }])).rejects.toThrow(TypeError);
      await expect(store().append(newStream(), -1, [{ ...newEvent(), metadata: '"\ud800"' }])).rejects.toThrow(TypeError);
      await expect(store().append(newStream(), -1, [{ ...newEvent(), id: 'no-uuid' }])).rejects.toThrow(TypeError);
    });

    test('of APPEND_BYTES_MAX is taken, of one byte more is AppendTooLarge and writes nothing', async () => {
      const [fits, tooLarge] = [newStream(), newStream()];
      const half = 'é'.repeat(APPEND_BYTES_MAX / 4);
      const event = { ...newEvent(), data: half, metadata: half };
      await appended(store(), fits, -1, [event]);
      expect((await store().readStream(fits, { limit: 1 }))[0]?.data).toBe(half);
      await expect(store().append(tooLarge, -1, [{ ...event, data: `${half}x` }])).rejects.toThrow(AppendTooLarge);
      expect(await store().readStream(tooLarge, { limit: 1 })).toEqual([]);
    });

    test('of many small events is one whole', async () => {
      const stream = newStream();
      const events = newEvents(3_000);
      await appended(store(), stream, -1, events);
      const stored = await store().readStream(stream, { limit: 5_000 });
      expect(stored.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    });
  });
}
