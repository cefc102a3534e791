// How many ledgers one process keeps in memory.
import { LedgerId } from '@confledger/domain';
import { expect, test } from 'vitest';
import { faultyEventStore } from '../../../../test/support/src/faulty-event-store.js';
import { testCore } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { LEDGERS_KEPT_MAX } from './ledgers-in-use.js';

const local = { consistency: 'local' } as const;
const named = (index: number) => LedgerId.of('production', `service-${index}`);

test('beyond the limit the ledger that was used longest ago is forgotten, and read again when it is asked for', async () => {
  const store = faultyEventStore(createInMemoryEventStore());
  const { ledgers } = testCore(store);
  const readsOf = async (index: number) => {
    const { reads } = store.calls;
    await ledgers.read(named(index), local);
    return store.calls.reads - reads;
  };
  for (let index = 0; index < LEDGERS_KEPT_MAX; index += 1) await readsOf(index);
  expect(await readsOf(0)).toBe(0);
  await readsOf(LEDGERS_KEPT_MAX);
  expect([await readsOf(0), await readsOf(1)]).toEqual([0, 1]);
});

test('a ledger with a command under way is not forgotten', async () => {
  const store = faultyEventStore(createInMemoryEventStore());
  const core = testCore(store);
  let open: () => void = () => undefined;
  store.nextAppends({ kind: 'delay', until: new Promise<void>((resolve) => (open = resolve)) });
  const write = core.set('a', 1);
  for (let index = 0; index <= LEDGERS_KEPT_MAX; index += 1) await core.ledgers.read(named(index), local);
  const behind = core.set('a', 1);
  open();
  expect([(await write).changed, (await behind).changed]).toEqual([true, false]);
  const { reads } = store.calls;
  await core.found(local);
  expect(store.calls.reads).toBe(reads);
});
