// A fault that comes again and again fills no log, and none is left out of the counts.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { limitedWarnings, WARNING_INTERVAL_MS, type FaultLogger } from './limited-warnings.js';

let lines: [object, string][];
let logger: FaultLogger;
beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  logger = limitedWarnings({ warn: (details, message) => void lines.push([details, message]) });
});
afterEach(() => vi.useRealTimers());

test('the first warning of a cause is written at once, with its error', () => {
  const err = new Error('away');
  logger.warn({ err, address: 'h:1' }, 'A server was left.');
  expect(lines).toEqual([[{ err, address: 'h:1' }, 'A server was left.']]);
});

test('further ones are one line a minute, with their number and the newest reason, and without a stack', () => {
  for (let index = 0; index < 200; index += 1) logger.warn({ err: new Error(`away ${index}`) }, 'A server was left.');
  expect(lines).toHaveLength(1);
  vi.advanceTimersByTime(WARNING_INTERVAL_MS);
  expect(lines.slice(1)).toEqual([[{ times: 199, reason: 'away 199', sinceMs: WARNING_INTERVAL_MS }, 'A server was left.']]);
  vi.advanceTimersByTime(WARNING_INTERVAL_MS * 5);
  expect(lines).toHaveLength(2);
});

test('causes are limited apart', () => {
  logger.warn({ err: new Error('one') }, 'One.');
  logger.warn({ err: new Error('two') }, 'Two.');
  expect(lines).toHaveLength(2);
});

test('after a minute without it a cause is new again, and written with its error', () => {
  logger.warn({ err: new Error('one') }, 'One.');
  vi.advanceTimersByTime(WARNING_INTERVAL_MS);
  const err = new Error('again');
  logger.warn({ err }, 'One.');
  expect(lines.at(-1)).toEqual([{ err }, 'One.']);
});
