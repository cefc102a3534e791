// What a ledger runs now, and the kept states behind it.
import { StreamCorrupt } from '@confledger/domain';
import { describe, expect, test, vi } from 'vitest';
import { faultyEventStore } from '../../../../test/support/src/faulty-event-store.js';
import { NAME, testCore } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { BROKEN_PAUSE_MS } from '../loading/kept-stream.js';
import type { EventStore } from '../ports/event-store.js';

const LEDGER = 'production.trading-engine';

async function story(store: EventStore) {
  const core = testCore(store);
  await core.set('a', 1);
  await core.set('a', 2, { guards: { activate: 'all' } });
  await core.set('a', 3);
  return core;
}

describe('what is active', () => {
  test('is nothing while nothing is', async () => {
    const core = testCore(createInMemoryEventStore());
    expect(await core.ledgers.active(NAME)).toBeNull();
    await core.set('a', 1);
    expect(await core.ledgers.active(NAME)).toBeNull();
  });
  test('is the newest activation with its document, not head', async () => {
    const core = await story(createInMemoryEventStore());
    expect(await core.ledgers.active(NAME)).toMatchObject({ ledger: LEDGER, version: 2, previous: null, activation: 3, actor: 'alice' });
    expect((await core.ledgers.active(NAME))?.document.toJson()).toEqual({ a: 2 });
  });
  test('may be an older version, whose document is read from the history', async () => {
    const core = await story(createInMemoryEventStore());
    await core.done({ type: 'Activate', version: 1 });
    const active = await core.ledgers.active(NAME);
    expect(active).toMatchObject({ version: 1, previous: 2, activation: 5 });
    expect(active?.document.toJson()).toEqual({ a: 1 });
    expect(active?.document.digest).toBe(active?.digest);
  });
  test('is told without its document too, also of a ledger without one, or without anything', async () => {
    const core = testCore(createInMemoryEventStore());
    expect(await core.ledgers.activation(NAME)).toEqual({ kind: 'unknown' });
    await core.set('a', 1);
    expect(await core.ledgers.activation(NAME)).toEqual({ kind: 'none' });
    const store = createInMemoryEventStore();
    await story(store);
    const reader = testCore(store);
    const active = await reader.ledgers.active(NAME);
    expect(await reader.ledgers.activation(NAME)).toEqual({
      kind: 'active',
      version: 2,
      digest: active?.digest,
      activation: 3,
      activatedAt: active?.occurredAt,
      statement: 1,
    });
    await testCore(store).done({ type: 'Activate', version: 1 });
    expect(await reader.ledgers.activation(NAME)).toMatchObject({ version: 1, activation: 5 });
  });
  test('is at least as new as the event that was named, and asks the log only when it must', async () => {
    const store = faultyEventStore(createInMemoryEventStore());
    const writer = await story(store);
    const reader = testCore(store);
    expect(await reader.ledgers.active(NAME, 3)).toMatchObject({ activation: 3 });
    const { reads } = store.calls;
    expect(await reader.ledgers.active(NAME, 3)).toMatchObject({ activation: 3 });
    expect(store.calls.reads).toBe(reads);
    await writer.done({ type: 'Activate', version: 'latest' });
    expect(await reader.ledgers.active(NAME, 5)).toMatchObject({ activation: 5 });
    expect(await reader.ledgers.active(NAME)).toMatchObject({ activation: 5 });
  });
});

describe('events that are handed over', () => {
  test('spare the read, when they are the very next ones', async () => {
    const store = faultyEventStore(createInMemoryEventStore());
    const writer = await story(store);
    const reader = testCore(store);
    await reader.found();
    await writer.set('a', 4);
    await writer.set('a', 5);
    const events = await store.readStream(`config-${LEDGER}`, { limit: 100 });
    reader.ledgers.observe(events.slice(-1));
    expect((await reader.found({ consistency: 'local' })).document.toJson()).toEqual({ a: 3 });
    reader.ledgers.observe(events);
    expect((await reader.found({ consistency: 'local' })).document.toJson()).toEqual({ a: 5 });
  });
  test('do not set back what is known, when the first comes once more', async () => {
    const store = faultyEventStore(createInMemoryEventStore());
    await story(store);
    const reader = testCore(store);
    await reader.found();
    const events = await store.readStream(`config-${LEDGER}`, { limit: 100 });
    reader.ledgers.observe(events.slice(0, 1));
    expect((await reader.found({ consistency: 'local' })).document.toJson()).toEqual({ a: 3 });
  });
  test('that do not fit do no harm: the next read begins anew', async () => {
    const store = createInMemoryEventStore();
    const core = await story(store);
    const [last] = await store.readStream(`config-${LEDGER}`, { direction: 'backwards', limit: 1 });
    if (!last) throw new Error('no event');
    core.ledgers.observe([
      { ...last, revision: last.revision + 1 },
      { ...last, revision: last.revision + 1, data: '?' },
    ]);
    expect((await core.found()).document.toJson()).toEqual({ a: 3 });
    expect(await core.set('a', 4)).toMatchObject({ changed: true });
  });
});

test('a log that contradicts what is kept is told, and what is kept is not kept for ever', async () => {
  const real = createInMemoryEventStore();
  await story(real);
  let wrong = false;
  const store: EventStore = {
    ...real,
    readStream: async (stream, page) =>
      (await real.readStream(stream, page)).map((event) => (wrong ? { ...event, revision: event.revision + 7 } : event)),
  };
  const core = testCore(store);
  await core.found();
  const other = testCore(real);
  await other.set('a', 9);
  wrong = true;
  await expect(core.read()).rejects.toThrow(StreamCorrupt);
  wrong = false;
  // It is not loaded again at once: each attempt may cost a whole history.
  await expect(core.read()).rejects.toThrow(StreamCorrupt);
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + BROKEN_PAUSE_MS);
  expect((await core.found()).document.toJson()).toEqual({ a: 9 });
  vi.restoreAllMocks();
});
