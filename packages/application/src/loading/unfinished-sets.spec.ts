// A change set that nobody ended has no mac, so that anybody who can write to the event store may have begun it: what it says has no effect,
// its time neither.
import type { StreamEnd } from '@confledger/domain';
import { expect, test } from 'vitest';
import { foreignEnvelope, NAME, recordedBy, testClock, testCore } from '../../../../test/support/src/ledgers-core.js';
import { toAppend } from '../codec.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';

const FAR = Date.UTC(2099, 0, 1);

async function aForgedBeginning() {
  const store = createInMemoryEventStore();
  const clock = testClock();
  const core = testCore(store, { clock });
  await core.set('a', 1);
  const [last] = await store.readStream(NAME.stream, { direction: 'backwards', limit: 1 });
  const { hash, occurredAt } = JSON.parse(last?.metadata ?? '') as { readonly hash: string; readonly occurredAt: string };
  const end: StreamEnd = { name: NAME.stream, revision: last?.revision ?? -1, hash, occurredAt, origin: null };
  const envelope = foreignEnvelope({ now: FAR });
  const drafts = [
    { type: 'ConfigSet', data: { path: 'a', value: 7 } },
    { type: 'ConfigSet', data: { path: 'b', value: 8 } },
  ] as const;
  await store.append(NAME.stream, end.revision, recordedBy(end, drafts, envelope).slice(0, 1).map(toAppend));
  clock.advance(1_000);
  return { store, clock, core: testCore(store, { clock }) };
}

test('what is written behind it has the time of its own', async () => {
  const { core, clock } = await aForgedBeginning();
  await core.set('a', 2, { guards: { activate: 'all' } });
  const active = await core.ledgers.active(NAME);
  expect(active?.occurredAt).toBe(new Date(clock.now()).toISOString());
});

test('it hides nothing from a read as of an instant', async () => {
  const { core, clock, store } = await aForgedBeginning();
  await core.set('a', 2);
  const at = new Date(clock.now()).toISOString();
  clock.advance(60_000);
  expect((await core.found({ at })).document.toJson()).toEqual({ a: 2 });
  expect((await testCore(store, { clock }).found({ at })).document.toJson()).toEqual({ a: 2 });
});
