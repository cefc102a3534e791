// A log that is set back under its readers, as a restored backup does it.
import { expect, test } from 'vitest';
import type { StoredEvent } from '../ports/event-store.js';
import { LogSetBack, refuseSetBack, watchedLog } from './watched-log.js';

const event = (position: bigint): StoredEvent => ({ position, stream: 's', revision: 0, id: '', type: 'T', data: '{}', metadata: '{}' });

/** A subscription that gives one event, at position 5, and then waits; `last` is asked how long the log is. */
function reading(last: () => Promise<bigint>) {
  const stop = new AbortController();
  const events = {
    lastPosition: last,
    async *subscribe({ signal }: { readonly signal: AbortSignal }) {
      yield [event(5n)];
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  };
  const given: bigint[] = [];
  const ended = (async () => {
    for await (const batch of watchedLog({ events, after: 0n, signal: stop.signal, reader: 'it', intervalMs: 1 })) given.push(...batch.map(({ position }) => position));
  })();
  return { stop, given, ended };
}

test('a reader of a log that ends before what was read is told, instead of waiting until the log is as long again', async () => {
  const { ended, given } = reading(() => Promise.resolve(4n));
  await expect(ended).rejects.toThrow('it stands at position 5, but the log ends at 4');
  expect(given).toEqual([5n]);
});

test('a log that cannot be asked, or that ends at what was read, is read on until the signal aborts', async () => {
  let looks = 0;
  const { stop, ended } = reading(() => {
    looks += 1;
    if (looks > 4) stop.abort();
    return looks % 2 === 0 ? Promise.resolve(5n) : Promise.reject(new Error('away'));
  });
  await expect(ended).resolves.toBeUndefined();
});

test('a place behind the end of the log is refused, the beginning is a place in every log', async () => {
  const events = { lastPosition: () => Promise.resolve(4n) };
  await expect(refuseSetBack(events, 5n, 'it')).rejects.toBeInstanceOf(LogSetBack);
  await expect(refuseSetBack(events, 4n, 'it')).resolves.toBeUndefined();
  await expect(refuseSetBack({ lastPosition: () => Promise.reject(new Error('away')) }, 0n, 'it')).resolves.toBeUndefined();
});
