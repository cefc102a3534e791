// The queue's own bound; what it does with answers and faults is shown against Postgres.
import { EventStoreUnavailable } from '@confledger/application';
import { expect, test } from 'vitest';
import { Flushes, WAITING_APPENDS_MAX } from './flushes.js';

test('more than WAITING_APPENDS_MAX waiting appends are refused', async () => {
  let answer: (() => void) | undefined;
  const connected = new Promise<void>((resolve) => (answer = resolve));
  const flushes = new Flushes({
    writer: {
      connect: () => connected,
      flush: async (groups) => groups.map((group) => ({ group, head: group.expectedRevision, before: 0n })),
      doubt: () => undefined,
      processId: null,
      close: async () => undefined,
    },
    reads: { stream: async () => [], all: async () => [], at: async () => null, lastPosition: async () => 0n },
    appendTimeoutMs: 10_000,
    onCommitted: () => undefined,
    onFound: () => undefined,
    onRetry: () => undefined,
  });
  const event = { id: '', type: '', data: '', metadata: '' };
  const waiting = Array.from({ length: WAITING_APPENDS_MAX }, (_, index) => flushes.append(`s${index}`, -1, [event], 1));
  await expect(flushes.append('one more', -1, [event], 1)).rejects.toThrow(EventStoreUnavailable);
  answer?.();
  expect(await Promise.all(waiting)).toHaveLength(WAITING_APPENDS_MAX);
  await flushes.close();
});
