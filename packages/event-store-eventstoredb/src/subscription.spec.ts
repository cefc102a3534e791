// The limits of a subscription: how much it holds for a slow consumer, and how long it waits between two tries.
import { PassThrough } from 'node:stream';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ReadStream, ServerNode } from './server-node.js';
import { streamNames } from './stream-names.js';
import { RETRY_DELAY_MS_FIRST, RETRY_DELAY_MS_MAX, subscribeToOurs, type SubscriptionOptions } from './subscription.js';
import { QUEUE_BYTES_MAX, QUEUE_EVENTS_MAX } from './subscription-queue.js';

afterEach(() => vi.useRealTimers());

function message(position: number, data = '{}'): streamsPb.ReadResp {
  const identifier = new sharedPb.StreamIdentifier();
  identifier.setStreamName(Buffer.from('config-test.limits'));
  const record = new streamsPb.ReadResp.ReadEvent.RecordedEvent().setStreamIdentifier(identifier).setStreamRevision(String(position));
  record.setCommitPosition(String(position)).setData(Buffer.from(data));
  return new streamsPb.ReadResp().setEvent(new streamsPb.ReadResp.ReadEvent().setEvent(record));
}

/** A call of grpc-js, as far as a subscription uses it. */
function callWith(messages: readonly streamsPb.ReadResp[]): ReadStream {
  const stream = new PassThrough({ objectMode: true, highWaterMark: messages.length + 1 });
  for (const each of messages) stream.write(each);
  return Object.assign(stream, { cancel: () => stream.destroy() }) as object as ReadStream;
}

/** A connection whose server answers each read with a call, or cannot be found. */
function connectionTo(read: (() => ReadStream) | Error): SubscriptionOptions['connection'] {
  const node = () => (read instanceof Error ? Promise.reject(read) : Promise.resolve({ read } as object as ServerNode));
  return { node, accepted: () => undefined, failed: () => undefined, leave: () => undefined };
}

const base = { names: streamNames(), after: 0n, lastPosition: () => Promise.resolve(0n), onTooSlow: () => undefined };

async function batchesOf(messages: readonly streamsPb.ReadResp[], events = messages.length): Promise<number[]> {
  const abort = new AbortController();
  const connection = connectionTo(() => callWith(messages));
  const sizes: number[] = [];
  const onLost = (error: unknown): never => {
    throw error;
  };
  const options = { ...base, connection, signal: abort.signal, onLost };
  for await (const batch of subscribeToOurs(options)) {
    sizes.push(batch.length);
    if (sizes.reduce((sum, size) => sum + size, 0) === events) break;
  }
  return sizes;
}

describe('a subscription', () => {
  test(`holds ${QUEUE_EVENTS_MAX} events for a consumer and reads on when they are taken`, async () => {
    const sizes = await batchesOf(Array.from({ length: QUEUE_EVENTS_MAX * 2 + 500 }, (_, index) => message(index + 1)));
    expect(sizes[0]).toBe(QUEUE_EVENTS_MAX);
    expect(Math.max(...sizes)).toBe(QUEUE_EVENTS_MAX);
  });

  test(`holds ${QUEUE_BYTES_MAX} bytes for a consumer and reads on when they are taken`, async () => {
    const eventBytes = 1024 * 1024;
    const sizes = await batchesOf(Array.from({ length: 20 }, (_, index) => message(index + 1, 'x'.repeat(eventBytes))));
    expect(sizes[0]).toBe(QUEUE_BYTES_MAX / eventBytes);
  });

  test('goes on by itself when a server from 24.10 on says that it fell behind, and has caught up again', async () => {
    const { CaughtUp, Checkpoint, FellBehind } = streamsPb.ReadResp;
    const word = (): streamsPb.ReadResp => new streamsPb.ReadResp();
    const said = [
      word().setCaughtUp(new CaughtUp()),
      message(1),
      word().setFellBehind(new FellBehind()),
      message(2),
      word().setCheckpoint(new Checkpoint().setCommitPosition('3').setPreparePosition('3')),
      word().setCaughtUp(new CaughtUp()),
      message(3),
    ];
    const sizes = await batchesOf(said, 3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3);
  });

  test('tries again for ever, ever more rarely up to a limit, and not in step with others', async () => {
    vi.useFakeTimers();
    const abort = new AbortController();
    const delays: number[] = [];
    const connection = connectionTo(new Error('no server'));
    const onLost = (_error: unknown, retryDelayMs: number): void => void delays.push(retryDelayMs);
    const next = subscribeToOurs({ ...base, connection, signal: abort.signal, onLost }).next();
    for (let tries = 0; tries < 20; tries += 1) await vi.advanceTimersByTimeAsync(RETRY_DELAY_MS_MAX);
    abort.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(delays.length).toBeGreaterThan(20);
    expect(delays[0]).toBeLessThanOrEqual(RETRY_DELAY_MS_FIRST);
    for (const delay of delays.slice(10)) {
      expect(delay).toBeLessThanOrEqual(RETRY_DELAY_MS_MAX);
      expect(delay).toBeGreaterThanOrEqual(RETRY_DELAY_MS_MAX / 2);
    }
    expect(new Set(delays.slice(10)).size).toBeGreaterThan(1);
  });

  test('returns when it is aborted while it waits to try again', async () => {
    const abort = new AbortController();
    const connection = connectionTo(new Error('no server'));
    const next = subscribeToOurs({ ...base, connection, signal: abort.signal, onLost: () => abort.abort() }).next();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});
