// Ledgers on layers, loaded from snapshots: from those of this release, and not from those of the last one, which know nothing of layers.
import { LedgerId } from '@confledger/domain';
import { eventually } from '@confledger/test-support';
import { expect, test } from 'vitest';
import { defineFirst, layeredCore, SERVICE, type LayeredCore } from '../../../../test/support/src/layered-installation.js';
import { testSigner } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { InMemorySnapshotStore } from '../in-memory/snapshot-store.js';
import { Authentication } from '../loading/authentication.js';
import { SNAPSHOT_INTERVAL_EVENTS } from '../loading/stream-snapshots.js';
import type { EventStore } from '../ports/event-store.js';

const STAGING = LedgerId.of('staging', SERVICE);
/** The version of the codec of the release before layers. */
const LAST_RELEASE = 3;

/** Staging stands on base, is pinned, and has a snapshot. */
async function given() {
  const [store, snapshots] = [createInMemoryEventStore(), new InMemorySnapshotStore()];
  await defineFirst(store);
  const core = layeredCore(store, { snapshots });
  await core.define('base', { type: 'development' });
  await core.define('staging', { type: 'staging', inheritsFrom: ['base'] });
  const many = Object.fromEntries(Array.from({ length: SNAPSHOT_INTERVAL_EVENTS }, (_, index) => [`leaf${index}`, index]));
  await core.execute('base', { type: 'Create', configuration: { limit: 1 } }, { activate: true });
  await core.execute('staging', { type: 'Create', configuration: many }, { activate: true });
  await core.execute('base', { type: 'Set', path: 'limit', value: 2 }, { activate: true });
  await core.execute('staging', { type: 'Inherit' });
  await core.execute('staging', { type: 'Rollback', version: 'previous' });
  await eventually(() => expect(snapshots.size).toBeGreaterThan(0));
  return { store, snapshots, core };
}

async function stands(core: LayeredCore): Promise<unknown> {
  const active = await core.ledgers.active(STAGING);
  const dryRun = await core.execute('staging', { type: 'Activate', version: 'latest' }, {}, true);
  const read = await core.ledgers.read(STAGING, { version: 'previous' });
  return {
    active: active && { ...active, document: active.document.digest },
    newest: dryRun.kind === 'done' && dryRun.activated?.layersMoved,
    pinned: dryRun.kind === 'done' && dryRun.activated?.pinned,
    previous: read.kind === 'found' && [read.document.digest, read.standing.pin],
  };
}

test('a process that begins with a snapshot knows layers, pin and past activations as the one that made it', async () => {
  const { store, snapshots, core } = await given();
  const [cold, fromLog] = [layeredCore(store, { snapshots }), layeredCore(store)];
  const expected = await stands(core);
  expect(await stands(cold)).toEqual(expected);
  expect(await stands(fromLog)).toEqual(expected);
  expect(expected).toMatchObject({ active: { pinned: true }, newest: [{ from: 2, to: 4 }] });
});

test('a snapshot of the release before layers is passed over', async () => {
  const { store, snapshots, core } = await given();
  const old = await ofLastRelease(snapshots, store);
  const reads: number[] = [];
  const counted: EventStore = {
    ...store,
    readStream(stream, page) {
      if (stream === STAGING.stream) reads.push(page.from ?? 0);
      return store.readStream(stream, page);
    },
  };
  expect(await stands(layeredCore(counted, { snapshots: old }))).toEqual(await stands(core));
  expect(reads).toContain(0);
});

/** The same snapshot as the last release would have written it, with a valid mac: it knows neither past activations nor a pin. */
async function ofLastRelease(snapshots: InMemorySnapshotStore, store: EventStore): Promise<InMemorySnapshotStore> {
  const events = await store.readStream(STAGING.stream, { limit: 1_000 });
  const found = await snapshots.newest(STAGING.stream, 5, { atMost: events.length });
  if (found === null) throw new Error('there is no snapshot');
  const { mac: _mac, ...snapshot } = found;
  const { activations: _activations, pin: _pin, ...body } = JSON.parse(snapshot.body) as Record<string, unknown>;
  const old = { ...snapshot, codeVersion: LAST_RELEASE, body: JSON.stringify(body) };
  const mac = new Authentication({ authority: testSigner }).snapshotMac(old) ?? '';
  const kept = new InMemorySnapshotStore();
  await kept.save({ ...old, mac });
  return kept;
}
