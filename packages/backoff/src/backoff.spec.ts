import { expect, test } from 'vitest';
import { Backoff } from './index.js';

test('delays double up to their limit', () => {
  const backoff = new Backoff(50, 5_000);
  const longest = Array.from({ length: 9 }, () => backoff.nextMs(1));
  expect(longest).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

test('the limit holds for ever', () => {
  const backoff = new Backoff(1, 5_000);
  for (let failures = 0; failures < 5_000; failures += 1) expect(backoff.nextMs(1)).toBeLessThanOrEqual(5_000);
  expect(backoff.nextMs(1)).toBe(5_000);
});

test('half of each delay is left to chance', () => {
  expect(new Backoff(50, 5_000).nextMs(0)).toBe(25);
  const backoff = new Backoff(50, 50);
  const delays = Array.from({ length: 100 }, () => backoff.nextMs());
  expect(new Set(delays).size).toBeGreaterThan(1);
  for (const delay of delays) expect(Math.abs(delay - 37.5)).toBeLessThanOrEqual(12.5);
});

test('after a success the first delay comes again', () => {
  const backoff = new Backoff(50, 5_000);
  for (let failures = 0; failures < 5; failures += 1) backoff.nextMs();
  backoff.reset();
  expect(backoff.nextMs(1)).toBe(50);
});
