import { expect, test } from 'vitest';
import { eventually } from '../../../../test/support/src/eventually.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import { carryLog } from './carry-log.js';

const NEVER_MS = 1_000_000;

/** A store whose subscription gives these batches, each as soon as it is asked for, and then waits. */
function storeOf(batches: readonly (readonly number[])[]): Pick<EventStore, 'subscribe'> {
  return {
    async *subscribe({ signal }) {
      for (const batch of batches) {
        yield batch.map((position): StoredEvent => ({
          position: BigInt(position),
          stream: 's',
          revision: position,
          id: '',
          type: 'T',
          data: '{}',
          metadata: '{}',
        }));
      }
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  };
}

function carrying(batches: readonly (readonly number[])[], write: (position: bigint) => Promise<void>) {
  const stop = new AbortController();
  const prepared: bigint[] = [];
  const written: bigint[] = [];
  const ended = carryLog(
    {
      events: { ...createInMemoryEventStore(), ...storeOf(batches) },
      after: 0n,
      prepare: (batch) => {
        const position = batch.at(-1)?.position ?? 0n;
        prepared.push(position);
        return Promise.resolve(position);
      },
      write: async (position: bigint) => {
        await write(position);
        written.push(position);
      },
      between: () => Promise.resolve(),
      intervalMs: NEVER_MS,
    },
    stop.signal,
  );
  return { prepared, written, ended, stop };
}

test('while a batch is written the next one is prepared, and no more', async () => {
  let finish: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (finish = resolve));
  const { prepared, written, ended, stop } = carrying([[1], [2], [3]], (position) => (position === 1n ? first : Promise.resolve()));
  await eventually(() => prepared.length === 2);
  await new Promise((resolve) => setImmediate(resolve));
  expect([prepared, written]).toEqual([[1n, 2n], []]);
  finish();
  await eventually(() => written.length === 3);
  expect(written).toEqual([1n, 2n, 3n]);
  stop.abort();
  await ended;
});

test('what was prepared behind a batch that failed is not written', async () => {
  const { written, ended } = carrying([[1], [2], [3]], (position) =>
    position === 2n ? Promise.reject(new Error('refused')) : Promise.resolve(),
  );
  await expect(ended).rejects.toThrow('refused');
  expect(written).toEqual([1n]);
});

test('whoever stops it waits for what is being written', async () => {
  const { written, ended, stop } = carrying([[1]], () => new Promise((resolve) => setTimeout(resolve, 20)));
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await ended;
  expect(written).toEqual([1n]);
});
