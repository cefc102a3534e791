// How a subscription joins what it is handed with what it reads, and what it does when it cannot keep up.
import { expect, test } from 'vitest';
import type { StoredEvent } from '../ports/event-store.js';
import { HANDED_OVER_EVENTS_MAX, Subscription, SUBSCRIPTION_PAGE_EVENTS } from './subscription.js';

function event(position: number): StoredEvent {
  return { id: '', type: 'ConfigSet', data: '{}', metadata: '{}', stream: 's', revision: position - 1, position: BigInt(position) };
}
const events = (from: number, to: number): StoredEvent[] => Array.from({ length: to - from + 1 }, (_, index) => event(from + index));
const positions = (batch: readonly StoredEvent[] | null): number[] => (batch ?? []).map(({ position }) => Number(position));

/** A log that counts how often it is read. */
function logOf(length: number): { log: StoredEvent[]; reads: number; readAll(after: bigint, limit: number): Promise<StoredEvent[]> } {
  return {
    log: events(1, length),
    reads: 0,
    async readAll(after, limit) {
      this.reads += 1;
      return this.log.slice(Number(after), Number(after) + limit);
    },
  };
}

/** A subscription that has read the whole log and waits. */
async function live(length: number) {
  const source = logOf(length);
  const subscription = new Subscription(source, 0n);
  if (length > 0) await subscription.next();
  const next = subscription.next();
  source.log.push(event(length + 1));
  subscription.handOver([event(length + 1)]);
  await next;
  return { source, subscription, at: length + 1, reads: source.reads };
}

test('events handed over without a gap are given out without reading the log', async () => {
  const { source, subscription, at, reads } = await live(3);
  subscription.handOver(events(at + 1, at + 2));
  subscription.handOver(events(at + 3, at + 3));
  expect(positions(await subscription.next())).toEqual([at + 1, at + 2, at + 3]);
  expect(source.reads).toBe(reads);
});

test('events handed over behind a gap are read from the log, with those in the gap', async () => {
  const { source, subscription, at } = await live(3);
  source.log.push(...events(at + 1, at + 5));
  subscription.handOver(events(at + 4, at + 5));
  expect(positions(await subscription.next())).toEqual([at + 1, at + 2, at + 3, at + 4, at + 5]);
});

test('events that were read before they were handed over are given out once', async () => {
  const source = logOf(0);
  const subscription = new Subscription(source, 0n);
  const next = subscription.next();
  source.log.push(...events(1, 3));
  subscription.handOver(events(1, 3));
  const first = await next;
  const second = subscription.next();
  source.log.push(event(4));
  subscription.handOver([event(4)]);
  expect([...positions(first), ...positions(await second)]).toEqual([1, 2, 3, 4]);
});

test('of events that were handed over during a read only those that it did not show are given out again', async () => {
  let answer: ((page: StoredEvent[]) => void) | undefined;
  const subscription = new Subscription({ readAll: () => new Promise((resolve) => (answer = resolve)) }, 0n);
  const next = subscription.next();
  subscription.handOver(events(1, 2));
  subscription.handOver(events(3, 4));
  answer?.(events(1, 3));
  expect(positions(await next)).toEqual([1, 2, 3]);
  expect(positions(await subscription.next())).toEqual([4]);
});

test('a consumer that lags by more than HANDED_OVER_EVENTS_MAX reads the rest from the log', async () => {
  const { source, subscription, at } = await live(0);
  const end = at + HANDED_OVER_EVENTS_MAX + 100;
  for (const next of events(at + 1, end)) {
    source.log.push(next);
    subscription.handOver([next]);
  }
  const got: number[] = [];
  while (got.at(-1) !== end) got.push(...positions(await subscription.next()));
  expect(got).toEqual(events(at + 1, end).map(({ position }) => Number(position)));
});

test('history longer than a page is read page by page', async () => {
  const source = logOf(SUBSCRIPTION_PAGE_EVENTS * 2 + 1);
  const subscription = new Subscription(source, 0n);
  const sizes = [await subscription.next(), await subscription.next(), await subscription.next()].map((page) => page?.length);
  expect(sizes).toEqual([SUBSCRIPTION_PAGE_EVENTS, SUBSCRIPTION_PAGE_EVENTS, 1]);
});

test('a read that fails is told of and made again', async () => {
  const source = logOf(1);
  const failures: unknown[] = [];
  let failing = 2;
  const subscription = new Subscription(
    {
      readAll: (after, limit) => ((failing -= 1) >= 0 ? Promise.reject(new Error('away')) : source.readAll(after, limit)),
      onReadFailed: (error) => failures.push(error),
    },
    0n,
  );
  expect(positions(await subscription.next())).toEqual([1]);
  expect(failures).toHaveLength(2);
});

test('a position that the log does not show is not asked for without end', async () => {
  const { source, subscription, at, reads } = await live(3);
  const next = subscription.next();
  subscription.notice(BigInt(at + 10));
  await new Promise((resolve) => setImmediate(resolve));
  expect(source.reads).toBe(reads + 1);
  subscription.end();
  expect(await next).toBeNull();
});

test('an end does not wait for a read that gets no answer', async () => {
  const subscription = new Subscription({ readAll: () => new Promise(() => undefined) }, 0n);
  const next = subscription.next();
  subscription.end();
  expect(await next).toBeNull();
  expect(await subscription.next()).toBeNull();
});
