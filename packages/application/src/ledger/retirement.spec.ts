// Retiring a ledger while others write to it, in one process and in two, and what snapshots of it say.
import { Document } from '@confledger/document';
import { ledgerAggregate } from '@confledger/domain';
import { describe, expect, test } from 'vitest';
import { eventually } from '../../../../test/support/src/eventually.js';
import { faultyEventStore } from '../../../../test/support/src/faulty-event-store.js';
import { NAME, testCore, testSigner } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { InMemorySnapshotStore } from '../in-memory/snapshot-store.js';
import { Authentication } from '../loading/authentication.js';
import { SNAPSHOT_INTERVAL_EVENTS } from '../loading/stream-snapshots.js';
import type { EventStore } from '../ports/event-store.js';

const typesOf = async (store: EventStore): Promise<string[]> =>
  (await store.readStream(NAME.stream, { limit: 1_000 })).map(({ type }) => type);

/** Two apis over one store. The next append of `slow` waits until `go` is called. */
async function twoApis() {
  const store = createInMemoryEventStore();
  const held = faultyEventStore(store);
  const [quick, slow] = [testCore(store), testCore(held)];
  await quick.set('a', 1);
  await slow.found();
  let go: () => void = () => undefined;
  const until = new Promise<void>((resolve) => (go = resolve));
  const reached = new Promise<void>((resolve) => held.nextAppends({ kind: 'delay', until, reached: resolve }));
  return { store, quick, slow, reached, go };
}

describe('a retirement beside a write', () => {
  test('of another api, which is in flight when the retirement commits: the write is decided again, and refused', async () => {
    const { store, quick, slow, reached, go } = await twoApis();
    const write = slow.refused({ type: 'Set', path: 'b', value: 2 });
    await reached;
    await quick.done({ type: 'Retire' });
    go();
    expect(await write).toBe('LEDGER_RETIRED');
    expect(await typesOf(store)).toEqual(['LedgerCreated', 'ConfigSet', 'LedgerRetired']);
  });

  test('of another api, which commits while the retirement is in flight: the retirement comes behind it', async () => {
    const { store, quick, slow, reached, go } = await twoApis();
    const retirement = slow.done({ type: 'Retire' });
    await reached;
    await quick.set('b', 2);
    go();
    expect(await retirement).toMatchObject({ changed: true, standing: { version: 2 } });
    expect(await typesOf(store)).toEqual(['LedgerCreated', 'ConfigSet', 'ConfigSet', 'LedgerRetired']);
    expect(await quick.refused({ type: 'Set', path: 'b', value: 3 })).toBe('LEDGER_RETIRED');
  });

  test('that the client guards with the version that it saw is refused where a write came in between', async () => {
    const { quick, slow, reached, go } = await twoApis();
    const retirement = slow.refused({ type: 'Retire' }, { guards: { expectedVersion: 1 } });
    await reached;
    await quick.set('b', 2);
    go();
    expect(await retirement).toBe('EXPECTED_VERSION_CONFLICT');
    expect(await quick.set('b', 3)).toMatchObject({ changed: true });
  });

  test('of two apis at once is one event', async () => {
    const { store, quick, slow, reached, go } = await twoApis();
    const second = slow.done({ type: 'Retire' });
    await reached;
    expect(await quick.done({ type: 'Retire' })).toMatchObject({ changed: true });
    go();
    expect(await second).toMatchObject({ changed: false });
    expect((await typesOf(store)).filter((type) => type === 'LedgerRetired')).toHaveLength(1);
  });

  test('in the same queue refuses what waits behind it, and answers what was before it', async () => {
    const { store, slow, reached, go } = await twoApis();
    const before = slow.set('b', 2);
    await reached;
    const retirement = slow.done({ type: 'Retire' });
    const behind = slow.refused({ type: 'Set', path: 'c', value: 3 });
    const activation = slow.refused({ type: 'Activate', version: 'latest' });
    const restored = slow.done({ type: 'Restore' });
    const last = slow.set('d', 4);
    go();
    const done = await Promise.all([before, retirement, restored, last]);
    expect(done.map(({ changed }) => changed)).toEqual([true, true, true, true]);
    expect([await behind, await activation]).toEqual(['LEDGER_RETIRED', 'LEDGER_RETIRED']);
    expect((await typesOf(store)).slice(2)).toEqual(['ConfigSet', 'LedgerRetired', 'LedgerRestored', 'ConfigSet']);
  });
});

describe('repeated by the same Idempotency-Key', () => {
  test('retirement and restoration have their first answer, also from another api and in the other state', async () => {
    const store = createInMemoryEventStore();
    const [one, other] = [testCore(store), testCore(store)];
    const write = await one.set('a', 1, { key: 'write' });
    const retirement = await one.done({ type: 'Retire' }, { key: 'retire' });
    expect(await other.set('a', 1, { key: 'write' })).toEqual({ ...write, replayed: true });
    const restoration = await one.done({ type: 'Restore' }, { key: 'restore' });
    expect(await other.done({ type: 'Retire' }, { key: 'retire' })).toEqual({ ...retirement, replayed: true });
    await one.done({ type: 'Retire' }, { key: 'again' });
    expect(await other.done({ type: 'Restore' }, { key: 'restore' })).toEqual({ ...restoration, replayed: true });
    expect(await typesOf(store)).toEqual(['LedgerCreated', 'ConfigSet', 'LedgerRetired', 'LedgerRestored', 'LedgerRetired']);
  });
});

describe('a snapshot of a retired ledger', () => {
  test('says that it is, in a process that loads it, and is none for a release before retirement', async () => {
    const store = createInMemoryEventStore();
    const snapshots = new InMemorySnapshotStore();
    const core = testCore(store, { snapshots });
    const version = ledgerAggregate.snapshots?.version ?? 0;
    // The snapshot is due with LedgerRetired, not before.
    const leaves = Array.from({ length: SNAPSHOT_INTERVAL_EVENTS - 1 }, (_, index) => [`k${index}`, index]);
    await core.done({ type: 'Create', configuration: Object.fromEntries(leaves) });
    await core.done({ type: 'Retire' });
    const taken = await eventually(async () => snapshots.newest(NAME.stream, version));
    expect(taken).toMatchObject({ revision: SNAPSHOT_INTERVAL_EVENTS });

    const another = testCore(store, { snapshots });
    expect(await another.refused({ type: 'Set', path: 'a', value: 1 })).toBe('LEDGER_RETIRED');
    expect(await another.done({ type: 'Retire' })).toMatchObject({ changed: false });
    for (const older of [1, 2]) expect(await snapshots.newest(NAME.stream, older)).toBeNull();
  });

  test('of a release before retirement is not used: the ledger is folded from the log', async () => {
    const store = createInMemoryEventStore();
    const snapshots = new InMemorySnapshotStore();
    await testCore(store).set('a', 1);
    const [, last] = await store.readStream(NAME.stream, { limit: 2 });
    const { hash, occurredAt } = JSON.parse(last?.metadata ?? '{}') as { readonly hash: string; readonly occurredAt: string };
    // Version 2 as that release wrote it, with another value to be told apart by.
    const document = Document.from({ a: 'from the snapshot' }, 1);
    const head = { version: 1, ordinal: 1, document: document.ok ? document.value.toSnapshot() : null };
    const body = JSON.stringify({ origin: 'o', head, active: null, pending: 1, tags: [], commands: [] });
    const snapshot = { stream: NAME.stream, codeVersion: 2, revision: 1, hash, occurredAt, body };
    const mac = new Authentication({ authority: testSigner }).snapshotMac(snapshot) ?? '';
    await snapshots.save({ ...snapshot, mac });
    const core = testCore(store, { snapshots });
    expect((await core.found()).document.toJson()).toEqual({ a: 1 });
    expect(await core.done({ type: 'Restore' })).toMatchObject({ changed: false });
    expect(await core.done({ type: 'Retire' })).toMatchObject({ changed: true });
  });
});
