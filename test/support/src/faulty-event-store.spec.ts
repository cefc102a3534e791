// The ordered faults, on the store in memory.
import { AppendOutcomeUnknown, EventStoreUnavailable } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { expect, test } from 'vitest';
import { faultyEventStore } from './index.js';

const event = { id: '00000000-0000-8000-8000-000000000001', type: 'T', data: '{}', metadata: '{}' };

test('faults meet the next appends in their order, and no others', async () => {
  const store = faultyEventStore(createInMemoryEventStore());
  store.nextAppends({ kind: 'fail before' }, { kind: 'lose the answer' });
  await expect(store.append('s', -1, [event])).rejects.toThrow(EventStoreUnavailable);
  expect(await store.readStream('s', { limit: 1 })).toEqual([]);
  await expect(store.append('s', -1, [event])).rejects.toThrow(AppendOutcomeUnknown);
  expect(await store.readStream('s', { limit: 1 })).toHaveLength(1);
  expect(await store.append('s', -1, [event])).toMatchObject({ outcome: 'appended', alreadyThere: true });
  expect(store.calls).toEqual({ appends: 3, reads: 2 });
});

test('a delayed append waits until it is let go', async () => {
  const store = faultyEventStore(createInMemoryEventStore());
  let letGo: (() => void) | undefined;
  let reached = false;
  store.nextAppends({ kind: 'delay', until: new Promise<void>((resolve) => (letGo = resolve)), reached: () => (reached = true) });
  const append = store.append('s', -1, [event]);
  expect(reached).toBe(true);
  expect(await store.lastPosition()).toBe(0n);
  letGo?.();
  expect(await append).toMatchObject({ outcome: 'appended', position: 1n });
});

test('an unreadable store refuses reads and takes appends', async () => {
  const store = faultyEventStore(createInMemoryEventStore());
  store.unreadable = true;
  await store.append('s', -1, [event]);
  await expect(store.readAll({ after: 0n, limit: 1 })).rejects.toThrow(EventStoreUnavailable);
});
