// A log whose reader is told how far it reaches: nothing is missed, whatever the words say.
import { LogGuard, type EventStore, type StoredEvent } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { eventually } from '@confledger/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wokenLog } from './woken-log.js';

const NEVER_MS = 60_000;

let store: EventStore;
let guard: LogGuard;
let listeners: Set<(position: bigint) => void>;
let ending: AbortController;
let count: number;
beforeEach(() => {
  store = createInMemoryEventStore();
  guard = new LogGuard();
  listeners = new Set();
  ending = new AbortController();
  count = 0;
});
afterEach(async () => {
  ending.abort();
  await guard.close();
  await store.close();
});

function open(pollIntervalMs: number, events: EventStore = store): EventStore {
  const wakes = (listener: (position: bigint) => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return wokenLog({ events, guard, wakes, onReadFailed: () => undefined, pollIntervalMs });
}

async function append(): Promise<bigint> {
  count += 1;
  const event = { id: crypto.randomUUID(), type: 'ConfigSet', data: '{}', metadata: '{}' };
  const result = await store.append('config-production.engine', count - 2, [event]);
  if (result.outcome !== 'appended') throw new Error('there was a conflict');
  return result.position;
}

/** Follows the log; the positions that came. */
function follow(log: EventStore): { readonly positions: bigint[]; readonly ended: Promise<unknown> } {
  const positions: bigint[] = [];
  const run = async (): Promise<void> => {
    for await (const events of log.subscribe({ after: 0n, signal: ending.signal }))
      positions.push(...events.map(({ position }: StoredEvent) => position));
  };
  const ended = run().then(
    () => 'ended',
    (error: unknown) => error,
  );
  return { positions, ended };
}

test('what was there before comes at once, and what is told of comes when it is told', async () => {
  const first = await append();
  const { positions } = follow(open(NEVER_MS));
  await eventually(() => positions.length === 1);
  await eventually(() => listeners.size === 1);
  const second = await append();
  const third = await append();
  for (const listener of listeners) listener(third);
  await eventually(() => positions.length === 3);
  expect(positions).toEqual([first, second, third]);
});

test('what nobody told of is found by the poll', async () => {
  const { positions } = follow(open(5));
  await append();
  await eventually(() => positions.length === 1);
});

test('a word of events that the log does not hold harms nothing', async () => {
  const { positions } = follow(open(NEVER_MS));
  await eventually(() => listeners.size === 1);
  for (const listener of listeners) listener(1_000n);
  await append();
  for (const listener of listeners) listener(1n);
  await eventually(() => positions.length === 1);
});

test('it ends with its signal, and with the store, and listens to nobody any more', async () => {
  const log = open(NEVER_MS);
  const [one, other] = [follow(log), follow(log)];
  await eventually(() => listeners.size > 0);
  await log.close();
  expect(await Promise.all([one.ended, other.ended])).toEqual(['ended', 'ended']);
  const { ended } = follow(open(NEVER_MS));
  ending.abort();
  expect(await ended).toBe('ended');
  expect(listeners.size).toBe(0);
});

test('a log that must not be used any more ends it with the reason', async () => {
  const lost = new AbortController();
  const reason = new Error('the log was set back');
  const guarded = {
    lost: lost.signal,
    assertUsable: () => {
      if (lost.signal.aborted) throw reason;
    },
  };
  const log = wokenLog({ events: store, guard: guarded, wakes: () => () => undefined, onReadFailed: () => undefined });
  const { ended } = follow(log);
  lost.abort();
  expect(await ended).toBe(reason);
});
