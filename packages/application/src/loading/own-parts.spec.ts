// A change set that this process appends in parts, and what a follower in the same process observes of it meanwhile: its parts are not folded
// again, and nothing that another process wrote is taken for them.
import type { JsonObject } from '@confledger/document';
import type { DraftEvent } from '@confledger/domain';
import { expect, test } from 'vitest';
import { faultyEventStore } from '../../../../test/support/src/faulty-event-store.js';
import { NAME, foreignEnvelope, recordedBy, testCore, type TestCore } from '../../../../test/support/src/ledgers-core.js';
import { toAppend } from '../codec.js';
import { APPEND_EVENTS_MAX } from '../commands/append-parts.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { EventStoreUnavailable, type EventStore, type EventToAppend, type StoredEvent } from '../ports/event-store.js';

const LEAVES = 2 * APPEND_EVENTS_MAX + 10;
const wide = (value: number): JsonObject => Object.fromEntries(Array.from({ length: LEAVES }, (_, index) => [`k${index}`, value]));

/** A core whose appends are looked at before they are made, and before they are answered with what the log holds now. */
function watched(log: EventStore) {
  const watch = {
    before: (_events: readonly EventToAppend[]): Promise<void> => Promise.resolve(),
    beforeAnswer: (_events: readonly StoredEvent[]): Promise<void> => Promise.resolve(),
  };
  const store = faultyEventStore({
    ...log,
    append: async (stream, revision, events) => {
      await watch.before(events);
      const result = await log.append(stream, revision, events);
      await watch.beforeAnswer(await log.readStream(NAME.stream, { from: revision + 1, limit: 10_000 }));
      return result;
    },
  });
  return { core: testCore(store), watch, store };
}

const localValue = async (core: TestCore): Promise<unknown> => (await core.found({ consistency: 'local' })).document.toJson()['k0'];

test('parts are not read when they are observed, and the whole is known before its last part is answered', async () => {
  const { core, watch, store } = watched(createInMemoryEventStore());
  await core.done({ type: 'Create', configuration: wide(1) });
  const { reads } = store.calls;
  const seen: unknown[] = [];
  watch.beforeAnswer = async (events) => {
    const isLast = events.length < APPEND_EVENTS_MAX;
    // Whoever read these would find that they do not hold, and forget what is kept.
    core.ledgers.observe(events.map((event, index) => (isLast && index === events.length - 1 ? event : { ...event, data: '?' })));
    seen.push(await localValue(core));
  };
  await core.done({ type: 'Replace', configuration: wide(2) });
  expect(seen).toEqual([1, 1, 2]);
  expect(await localValue(core)).toBe(2);
  expect(store.calls.reads).toBe(reads);
});

test('a follower that is woken by the last part reads nothing, in whichever microtask of its answer it comes', async () => {
  const { core, watch, store } = watched(createInMemoryEventStore());
  await core.done({ type: 'Create', configuration: wide(1) }, { guards: { activate: true } });
  for (let microtasks = 0; microtasks < 20; microtasks += 1) {
    const { reads } = store.calls;
    let asked: Promise<unknown> = Promise.resolve();
    watch.beforeAnswer = async (events) => {
      const last = events.at(-1);
      if (last === undefined || events.length === APPEND_EVENTS_MAX) return;
      asked = after(microtasks).then(() => {
        core.ledgers.observe([last]);
        return core.ledgers.active(NAME, last.revision);
      });
    };
    await core.done({ type: 'Replace', configuration: wide(microtasks + 2) }, { guards: { activate: true } });
    expect(await asked).not.toBeNull();
    expect([microtasks, store.calls.reads - reads]).toEqual([microtasks, 0]);
  }
});

async function after(microtasks: number): Promise<void> {
  for (let passed = 0; passed < microtasks; passed += 1) await Promise.resolve();
}

test.each<[string, (last: StoredEvent) => StoredEvent]>([
  ['whose content somebody altered', (last) => ({ ...last, data: last.data.replace('2', '3') })],
  ['whose mac somebody altered', (last) => ({ ...last, metadata: last.metadata.replace(/"mac":"\w/, '"mac":"x') })],
  ['that cannot be read', (last) => ({ ...last, data: '?' })],
])('a last part %s is not taken for the one that was appended: what is kept is read anew', async (_, alter) => {
  const { core, watch, store } = watched(createInMemoryEventStore());
  await core.done({ type: 'Create', configuration: wide(1) });
  let reads = 0;
  watch.beforeAnswer = async (events) => {
    if (events.length === APPEND_EVENTS_MAX) return;
    core.ledgers.observe(events.map((event, index) => (index === events.length - 1 ? alter(event) : event)));
    const before = store.calls.reads;
    await core.found({ consistency: 'local' });
    reads = store.calls.reads - before;
  };
  await core.done({ type: 'Replace', configuration: wide(2) });
  expect(reads).toBeGreaterThan(0);
});

/** Appends change sets of one event each, as another process would, and answers what the log holds of them. */
async function foreignEvents(log: EventStore, count: number): Promise<readonly StoredEvent[]> {
  const [last] = await log.readStream(NAME.stream, { direction: 'backwards', limit: 1 });
  const [first] = await log.readStream(NAME.stream, { limit: 1 });
  if (last === undefined || first === undefined) throw new Error('the log is empty');
  const { hash, occurredAt } = JSON.parse(last.metadata) as { readonly hash: string; readonly occurredAt: string };
  const end = { name: NAME.stream, revision: last.revision, hash, occurredAt, origin: first.id };
  const drafts = Array.from({ length: count }, (_, value): DraftEvent => ({ type: 'ConfigSet', data: { path: 'foreign', value } }));
  await log.append(NAME.stream, last.revision, recordedBy(end, drafts, foreignEnvelope()).map(toAppend));
  return log.readStream(NAME.stream, { from: last.revision + 1, limit: 10_000 });
}

test('what another process wrote in the place of a part is observed, and never passed over', async () => {
  const log = createInMemoryEventStore();
  const { core, watch } = watched(log);
  await core.done({ type: 'Create', configuration: wide(1) });
  let appends = 0;
  watch.before = async () => {
    appends += 1;
    if (appends === 2) core.ledgers.observe(await foreignEvents(log, 1));
  };
  await core.done({ type: 'Merge', patch: wide(2) });
  const { document } = await core.found();
  expect(document.toJson()).toEqual({ ...wide(2), foreign: 0 });
});

test('what another process wrote in the place of the last event is not taken for it', async () => {
  const log = createInMemoryEventStore();
  const { core, watch } = watched(log);
  await core.done({ type: 'Create', configuration: wide(1) });
  const seen: unknown[] = [];
  watch.before = async (events) => {
    if (events.length === APPEND_EVENTS_MAX || seen.length > 0) return;
    core.ledgers.observe(await foreignEvents(log, events.length));
    seen.push(await localValue(core));
  };
  await core.done({ type: 'Merge', patch: wide(2) });
  expect(seen).toEqual([1]);
  expect(await localValue(core)).toBe(2);
});

test.each([
  ['is over', false],
  ['has failed', true],
])('when the command %s, what others write is observed as before', async (_, fails) => {
  const log = createInMemoryEventStore();
  const { core, store, watch } = watched(log);
  await core.done({ type: 'Create', configuration: wide(1) });
  if (fails) {
    watch.before = (events) =>
      events.length === APPEND_EVENTS_MAX ? Promise.resolve() : Promise.reject(new EventStoreUnavailable('away'));
    await expect(core.done({ type: 'Replace', configuration: wide(2) })).rejects.toThrow(EventStoreUnavailable);
    await core.found();
  }
  const { revision } = await core.found();
  const other = testCore(log);
  await other.set('k0', 9);
  const { reads } = store.calls;
  core.ledgers.observe(await log.readStream(NAME.stream, { from: revision + 1, limit: 10_000 }));
  expect(await localValue(core)).toBe(9);
  expect(store.calls.reads).toBe(reads);
});
