// A process stops what it started, the newest first, whatever a part does.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Shutdown, STOP_TIMEOUT_MS } from './shutdown.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function recording() {
  const told: string[] = [];
  const shutdown = new Shutdown((part, error) => told.push(`${part}: ${error instanceof Error ? error.message : String(error)}`));
  return { told, shutdown, stops: (name: string) => () => void told.push(name) };
}

test('what was started last is stopped first, and only once', async () => {
  const { told, shutdown, stops } = recording();
  shutdown.add('postgres', stops('postgres'));
  shutdown.add('api', stops('api'));
  await Promise.all([shutdown.run(), shutdown.run()]);
  await shutdown.run();
  expect(told).toEqual(['api', 'postgres']);
});

test('a part that fails to stop keeps no other from stopping', async () => {
  const { told, shutdown, stops } = recording();
  shutdown.add('postgres', stops('postgres'));
  shutdown.add('api', () => Promise.reject(new Error('broken')));
  await shutdown.run();
  expect(told).toEqual(['api: broken', 'postgres']);
});

test('a part that never ends is left behind after its time', async () => {
  const { told, shutdown, stops } = recording();
  shutdown.add('postgres', stops('postgres'));
  shutdown.add('api', () => new Promise<void>(() => undefined));
  const stopped = shutdown.run();
  await vi.advanceTimersByTimeAsync(STOP_TIMEOUT_MS);
  await stopped;
  expect(told).toEqual([`api: it did not stop within ${STOP_TIMEOUT_MS} ms`, 'postgres']);
});

test('without a limit a part is waited for as long as it takes', async () => {
  const told: string[] = [];
  let ended: () => void = () => undefined;
  const shutdown = new Shutdown((part) => told.push(part), null);
  shutdown.add('store', () => new Promise<void>((resolve) => (ended = resolve)));
  const stopped = shutdown.run().then(() => told.push('stopped'));
  await vi.advanceTimersByTimeAsync(2 * STOP_TIMEOUT_MS);
  expect(told).toEqual([]);
  ended();
  await stopped;
  expect(told).toEqual(['stopped']);
});
