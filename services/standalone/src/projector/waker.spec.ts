// How often a projector is woken: at once where nothing is to be gathered, and seldom under load.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GATHER_MS, Waker } from './waker.js';

let woken: bigint[];
let waker: Waker;
beforeEach(() => {
  vi.useFakeTimers();
  woken = [];
  waker = new Waker({ wake: (position) => void woken.push(position), nowMs: () => Date.now() });
});
afterEach(() => {
  waker.stop();
  vi.useRealTimers();
});

test('what comes after a pause wakes at once', () => {
  waker.reached(1n);
  vi.advanceTimersByTime(GATHER_MS);
  waker.reached(2n);
  expect(woken).toEqual([1n, 2n]);
});

test('what follows quickly is gathered, and the newest position is what is told when the interval is over', () => {
  for (let position = 1n; position <= 100n; position += 1n) waker.reached(position);
  expect(woken).toEqual([1n]);
  vi.advanceTimersByTime(GATHER_MS - 1);
  expect(woken).toEqual([1n]);
  vi.advanceTimersByTime(1);
  expect(woken).toEqual([1n, 100n]);
  vi.advanceTimersByTime(10 * GATHER_MS);
  expect(woken).toEqual([1n, 100n]);
});

test('a reader that waits ends the gathering', () => {
  waker.reached(1n);
  waker.reached(2n);
  waker.awaited(2n);
  expect(woken).toEqual([1n, 2n]);
  vi.advanceTimersByTime(GATHER_MS);
  expect(woken).toEqual([1n, 2n]);
});

test('a reader that waits for what is told already wakes nobody', () => {
  waker.reached(2n);
  waker.awaited(1n);
  waker.awaited(2n);
  expect(woken).toEqual([2n]);
});

test('a reader that waits for what the log does not hold yet wakes nobody, and what comes next is not gathered', () => {
  waker.reached(1n);
  waker.awaited(1_000_000n);
  expect(woken).toEqual([1n]);
  waker.reached(2n);
  expect(woken).toEqual([1n, 2n]);
  waker.reached(3n);
  expect(woken).toEqual([1n, 2n]);
});

test('one that is stopped wakes nobody any more', () => {
  waker.reached(1n);
  waker.reached(2n);
  waker.stop();
  vi.advanceTimersByTime(GATHER_MS);
  expect(woken).toEqual([1n]);
});
