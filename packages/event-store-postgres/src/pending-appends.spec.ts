// Which appends share a flush.
import { expect, test } from 'vitest';
import { FLUSH_BYTES_MAX, FLUSH_EVENTS_MAX, takeBehind, takeFlush, type PendingAppend } from './pending-appends.js';

function pending(stream: string, expectedRevision: number, { events = 1, bytes = 10 } = {}): PendingAppend {
  const event = { id: '', type: '', data: '', metadata: '' };
  const nothing = (): void => undefined;
  return {
    stream,
    expectedRevision,
    events: Array.from({ length: events }, () => event),
    bytes,
    deadlineMs: 0,
    resolve: nothing,
    reject: nothing,
    maybeWritten: false,
  };
}

const shape = (queue: PendingAppend[]): [string, number, number][] =>
  takeFlush(queue).map((group) => [group.stream, group.appends.length, group.end]);

test('appends to different streams share a flush, one group each', () => {
  const queue = [pending('a', -1), pending('b', 4, { events: 2 })];
  expect(shape(queue)).toEqual([
    ['a', 1, 0],
    ['b', 1, 6],
  ]);
  expect(queue).toEqual([]);
});

test("an append that expects the end of its stream's group joins it", () => {
  expect(shape([pending('a', -1, { events: 2 }), pending('b', 0), pending('a', 1), pending('a', 2)])).toEqual([
    ['a', 3, 3],
    ['b', 1, 1],
  ]);
});

test('an append that expects something else waits for the next flush, in its order', () => {
  const queue = [pending('a', -1), pending('a', -1), pending('a', 0), pending('a', 5)];
  expect(shape(queue)).toEqual([['a', 2, 1]]);
  expect(queue.map(({ expectedRevision }) => expectedRevision)).toEqual([-1, 5]);
});

test('a flush holds FLUSH_EVENTS_MAX events, and what comes behind waits', () => {
  const queue = [pending('a', -1, { events: FLUSH_EVENTS_MAX }), pending('b', -1), pending('a', FLUSH_EVENTS_MAX - 1)];
  expect(shape(queue)).toEqual([['a', 1, FLUSH_EVENTS_MAX - 1]]);
  expect(queue).toHaveLength(2);
});

test('a flush holds FLUSH_BYTES_MAX bytes, and what comes behind waits', () => {
  const queue = [pending('a', -1, { bytes: FLUSH_BYTES_MAX }), pending('b', -1, { bytes: 1 })];
  expect(shape(queue)).toEqual([['a', 1, 0]]);
  expect(shape(queue)).toEqual([['b', 1, 0]]);
});

test('a single append larger than a flush is a flush of its own', () => {
  expect(shape([pending('a', -1, { events: FLUSH_EVENTS_MAX + 1 }), pending('b', -1)])).toEqual([['a', 1, FLUSH_EVENTS_MAX]]);
});

test('the appends of a blocked stream wait, the others do not', () => {
  const queue = [pending('a', -1), pending('b', -1), pending('a', 0)];
  expect(takeFlush(queue, new Set(['a'])).map(({ stream }) => stream)).toEqual(['b']);
  expect(queue).toHaveLength(2);
});

test('behind an append are those that build on it, and nothing else', () => {
  const queue = [pending('a', 4), pending('a', 5), pending('b', 5), pending('a', 6, { events: 2 }), pending('a', 8), pending('a', 6)];
  expect(takeBehind(queue, 'a', 5).map(({ expectedRevision }) => expectedRevision)).toEqual([5, 6, 8]);
  expect(queue.map(({ stream, expectedRevision }) => [stream, expectedRevision])).toEqual([
    ['a', 4],
    ['b', 5],
    ['a', 6],
  ]);
});
