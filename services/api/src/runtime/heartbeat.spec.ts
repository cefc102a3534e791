// The heartbeat of an api: when it is written, and what happens when it cannot be.
import { ReadModelUnavailable, type ApiHeartbeats } from '@confledger/application';
import { InMemoryApiHeartbeats } from '@confledger/application/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HEARTBEAT_INTERVAL_MS, HEARTBEAT_REMOVAL_MS_MAX, startHeartbeat, type Heartbeat } from './heartbeat.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const api = { id: 'a1', release: '0.1.0', features: [] };

interface HeartbeatUnderTest {
  readonly heartbeat: Heartbeat;
  readonly kept: InMemoryApiHeartbeats;
  readonly lines: string[];
  writes(): number;
}

/** `write` stands before the one of the store. */
function start(write: () => Promise<void> = () => Promise.resolve()): HeartbeatUnderTest {
  const kept = new InMemoryApiHeartbeats({ now: () => Date.now() });
  const lines: string[] = [];
  let writes = 0;
  const heartbeats: ApiHeartbeats = {
    write: async (identity) => {
      writes += 1;
      await write();
      await kept.write(identity);
    },
    remove: (id) => kept.remove(id),
    list: () => kept.list(),
  };
  const say = (_: unknown, message?: string): void => void lines.push(message ?? String(_));
  const heartbeat = startHeartbeat({ heartbeats, api, logger: { warn: say, info: say } });
  return { heartbeat, kept, lines, writes: () => writes };
}

test('an api writes its heartbeat at once and then every 5 s, so that it stays listed', async () => {
  const { heartbeat, kept, writes } = start();
  await vi.advanceTimersByTimeAsync(0);
  expect(await kept.list()).toMatchObject([api]);
  await vi.advanceTimersByTimeAsync(12 * HEARTBEAT_INTERVAL_MS);
  expect([writes(), (await kept.list()).length]).toEqual([13, 1]);
  await heartbeat.stop();
});

test('an api that stops removes its heartbeat and writes no other', async () => {
  const { heartbeat, kept, writes } = start();
  await heartbeat.stop();
  expect(await kept.list()).toEqual([]);
  await vi.advanceTimersByTimeAsync(10 * HEARTBEAT_INTERVAL_MS);
  expect(writes()).toBe(1);
});

test('a heartbeat that cannot be written is tried again, and only the first failure in a row is logged', async () => {
  let away = true;
  const { heartbeat, kept, lines } = start(() => (away ? Promise.reject(new ReadModelUnavailable('away')) : Promise.resolve()));
  await vi.advanceTimersByTimeAsync(5 * HEARTBEAT_INTERVAL_MS);
  expect(lines).toEqual(['the heartbeat could not be written: it is tried again']);
  away = false;
  await vi.advanceTimersByTimeAsync(HEARTBEAT_INTERVAL_MS);
  expect([lines.at(-1), (await kept.list()).length]).toEqual(['heartbeats are written again', 1]);
  await heartbeat.stop();
});

test('while one heartbeat waits for an answer no other is written, and a stop waits at most a second', async () => {
  const { heartbeat, writes } = start(() => new Promise(() => undefined));
  await vi.advanceTimersByTimeAsync(10 * HEARTBEAT_INTERVAL_MS);
  expect(writes()).toBe(1);
  let hasStopped = false;
  void heartbeat.stop().then(() => (hasStopped = true));
  await vi.advanceTimersByTimeAsync(HEARTBEAT_REMOVAL_MS_MAX - 1);
  expect(hasStopped).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(hasStopped).toBe(true);
});
