// What a relay publishes of ledgers with parents: child and parents as the log says, whoever wrote into the cache; a parent that cannot be
// read stops those that are built on it, and no other ledger.
import { Document, type JsonValue } from '@confledger/document';
import { LedgerId, ledgerAggregate, StreamCorrupt } from '@confledger/domain';
import { logOf, rehashed } from '@confledger/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../../test/support/src/eventually.js';
import { testInstallation, type TestApi } from '../../../../test/support/src/inheriting-core.js';
import { testClock } from '../../../../test/support/src/ledgers-core.js';
import { runRelay, type RelayEvent } from '../followers/relay.js';
import { InMemorySnapshotStore } from '../in-memory/testing.js';
import { Authentication } from '../loading/authentication.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import type { ActiveDocument } from '../ports/feed.js';
import type { Snapshot } from '../ports/snapshots.js';
import { createLedgerReader } from './ledger-versions.js';
import { createProvenActives } from './proven-active.js';

const idOf = (ledger: string): LedgerId => {
  const id = LedgerId.parse(ledger);
  if (id === null) throw new TypeError(`${ledger} is not the name of a ledger`);
  return id;
};
const [BASE, STAGING, TOKYO, OTHER] = ['base.desk', 'staging.desk', 'tokyo.desk', 'staging.other'].map(idOf) as [
  LedgerId,
  LedgerId,
  LedgerId,
  LedgerId,
];

let api: TestApi;
let store: EventStore;
let cache: InMemorySnapshotStore;
let refuted: string[];

/** base → staging → tokyo, each with a ledger, and one beside them that has no parent. */
async function installation(limit = 1): Promise<{ api: TestApi; store: EventStore }> {
  const given = await testInstallation();
  const made = given.api();
  await made.define('base', { abstract: true });
  await made.define('staging', { type: 'staging', inheritsFrom: ['base'] });
  await made.define('tokyo', { inheritsFrom: ['staging'] });
  await made.done('base.desk', { type: 'Create', configuration: { limit, fee: { maker: 1, taker: 2 } } });
  await made.done('base.desk', { type: 'Activate', version: 'latest' });
  await made.done(
    'staging.desk',
    { type: 'Create', configuration: { $inherit: { hide: ['fee.taker'] }, name: 'staging' } },
    { activate: true },
  );
  await made.done('tokyo.desk', { type: 'Activate', version: 0 });
  await made.done('base.desk', { type: 'Set', path: 'limit', value: limit + 1 });
  await made.done('staging.other', { type: 'Create', configuration: { a: 1 } }, { activate: true });
  return { api: made, store: given.store };
}

beforeEach(async () => {
  ({ api, store } = await installation());
  cache = new InMemorySnapshotStore();
  refuted = [];
});

const relay = (over: EventStore = store) =>
  createProvenActives({ store: over, cache, clock: testClock(), onCacheRefuted: (ledger) => refuted.push(ledger) });
const shown = (active: ActiveDocument | null) => active && { ...active, document: active.document.toJson() };
/** What the core says, which checks macs and keeps no cache here. */
const served = async (id: LedgerId) => shown(await api.ledgers.active(id));
const codeVersion = ledgerAggregate.snapshots?.version ?? 0;

/** The state of a ledger after `revision`, as an entry of a cache. */
async function snapshotOf(of: EventStore, id: LedgerId, revision: number): Promise<Snapshot> {
  const taken = new InMemorySnapshotStore();
  const authentication = new Authentication({ authority: null, snapshotsWithoutMac: true });
  const reader = createLedgerReader({ store: of, authentication, snapshots: taken });
  await reader.saveSnapshot(await reader.atRevision(id, revision));
  const found = await taken.newest(id.stream, codeVersion);
  if (found === null) throw new Error('No snapshot was taken.');
  return found;
}

/** Writes a state of another history into the cache as if it were that of this log after `revision`. */
async function poison(id: LedgerId, revision: number, { body }: Snapshot): Promise<void> {
  const [event] = await store.readStream(id.stream, { from: revision, limit: 1 });
  const { hash, occurredAt } = JSON.parse(event?.metadata ?? '{}') as { hash: string; occurredAt: string };
  await cache.save({ stream: id.stream, codeVersion, revision, hash, occurredAt, body, mac: '' });
}

/** The revision of the version that a ledger's first activation took live, and of that activation. */
async function firstActivation(id: LedgerId): Promise<{ readonly version: number; readonly activation: number }> {
  const events = await store.readStream(id.stream, { from: 0, limit: 100 });
  const event = events.find(({ type }) => type === 'VersionActivated');
  const { version } = JSON.parse(event?.data ?? '{}') as { version: number };
  return { version, activation: event?.revision ?? -1 };
}

test('A child over its parents is published as the log has it, and so is the child of a child', async () => {
  for (const id of [STAGING, TOKYO]) expect(shown(await relay().active(id))).toEqual(await served(id));
  expect((await relay().active(TOKYO))?.document.toJson()).toEqual({ limit: 1, fee: { maker: 1 }, name: 'staging' });
  expect(refuted).toEqual([]);
});

test('It is so from what was kept before, also when the parent was asked for first and moves on', async () => {
  const { active, observe } = relay();
  for (const id of [BASE, STAGING, TOKYO]) expect(shown(await active(id))).toEqual(await served(id));
  const last = await store.lastPosition();
  await api.done('base.desk', { type: 'Activate', version: 'latest' });
  await api.done('staging.desk', { type: 'Activate', version: 'active' });
  await api.done('tokyo.desk', { type: 'Activate', version: 'active' });
  observe(await store.readAll({ after: last, limit: 10 }));
  for (const id of [TOKYO, STAGING, BASE]) expect(shown(await active(id))).toEqual(await served(id));
  expect((await active(TOKYO))?.document.toJson()).toMatchObject({ limit: 2 });
  expect(refuted).toEqual([]);
});

describe('a cache that holds another document of the parent', () => {
  beforeEach(async () => {
    const { store: other } = await installation(7);
    const { version } = await firstActivation(BASE);
    for (const revision of [version, await endOf(BASE)]) await poison(BASE, revision, await snapshotOf(other, BASE, revision));
  });

  test('is not used for the child, and reported', async () => {
    expect(shown(await relay().active(STAGING))).toEqual(await served(STAGING));
    expect(refuted).toEqual(['staging.desk']);
  });

  test('is not used for any of them, also when the parent was read from it first', async () => {
    const { active } = relay();
    for (const id of [BASE, STAGING, TOKYO, OTHER]) expect(shown(await active(id))).toEqual(await served(id));
    expect(refuted).toEqual(['base.desk', 'staging.desk', 'tokyo.desk']);
  });

  test('does not come back when the parent moves on', async () => {
    const { active, observe } = relay();
    for (const id of [BASE, STAGING]) await active(id);
    const last = await store.lastPosition();
    await api.done('base.desk', { type: 'Activate', version: 'latest' });
    await api.done('staging.desk', { type: 'Activate', version: 'active' });
    observe(await store.readAll({ after: last, limit: 10 }));
    for (const id of [BASE, STAGING]) expect(shown(await active(id))).toEqual(await served(id));
  });
});

test('A child that hides what is no path, under hashes computed anew, is a fault of its stream and of no other', async () => {
  const events = await store.readAll({ after: 0n, limit: 1_000 });
  for (const hide of ['[null]', '[1]', '[""]', '["a..b"]']) {
    const own = (value: JsonValue) =>
      Document.empty.apply([
        { path: '$inherit.hide', value, revision: 1 },
        { path: 'name', value: 'staging', revision: 2 },
      ]).digest;
    const digests = [own(['fee.taker']), own(JSON.parse(hide) as JsonValue)] as const;
    const forged = (data: string) => data.replace('["fee.taker"]', hide).replace(...digests);
    const log = events.map((event) => (event.stream === STAGING.stream ? { ...event, data: forged(event.data) } : event));
    const { active } = relay({ ...store, ...logOf(rehashed(log, STAGING.stream)) });
    await expect(active(STAGING)).rejects.toBeInstanceOf(StreamCorrupt);
    expect((await active(OTHER))?.ledger).toBe('staging.other');
  }
});

test('Two ledgers that name each other as layers, under hashes computed anew, are a fault of their streams and of no other', async () => {
  const events = await store.readAll({ after: 0n, limit: 1_000 });
  const [one, other] = await Promise.all([STAGING, TOKYO].map(firstActivation));
  const originOf = (id: LedgerId) => events.find(({ stream, revision }) => stream === id.stream && revision === 0)?.id;
  const digest = 'f'.repeat(64);
  const layer = (id: LedgerId, named: typeof one) => ({ ledger: id.text, origin: originOf(id), digest, ...named });
  const naming = { [STAGING.stream]: layer(TOKYO, other), [TOKYO.stream]: layer(STAGING, one) };
  const forged = (event: StoredEvent): StoredEvent => {
    const named = event.type === 'VersionActivated' ? naming[event.stream] : undefined;
    if (named === undefined) return event;
    return { ...event, data: JSON.stringify({ ...(JSON.parse(event.data) as object), digest, layers: [named] }) };
  };
  const log = rehashed(rehashed(events.map(forged), STAGING.stream), TOKYO.stream);
  const { active } = relay({ ...store, ...logOf(log) });
  for (const id of [STAGING, TOKYO]) await expect(active(id)).rejects.toThrow('built on itself');
  expect((await active(OTHER))?.ledger).toBe('staging.other');
});

async function endOf({ stream }: LedgerId): Promise<number> {
  const [last] = await store.readStream(stream, { direction: 'backwards', limit: 1 });
  return last?.revision ?? -1;
}

describe('a parent that cannot be read', () => {
  /** The store with the events of one stream bent. */
  function bent(stream: string, bend: (event: StoredEvent) => readonly StoredEvent[]): EventStore {
    const of = (events: readonly StoredEvent[]) => events.flatMap((event) => (event.stream === stream ? bend(event) : [event]));
    return {
      ...store,
      append: (...call) => store.append(...call),
      lastPosition: () => store.lastPosition(),
      close: () => store.close(),
      readAll: async (page) => of(await store.readAll(page)),
      readStream: async (name, page) => of(await store.readStream(name, page)),
      async *subscribe(options) {
        for await (const events of store.subscribe(options)) yield of(events);
      },
    };
  }

  test.each([
    ['altered', (event: StoredEvent) => [{ ...event, data: '{}' }], ['base.desk', 'staging.desk', 'tokyo.desk']],
    ['of a type that is not known', (event: StoredEvent) => [{ ...event, type: 'Unknown' }], ['staging.desk', 'tokyo.desk']],
    ['gone', () => [], ['staging.desk', 'tokyo.desk']],
  ] as const)('stops its children, and lets every other ledger be published: its events are %s', async (_, bend, expected) => {
    const broken = bent(BASE.stream, bend);
    const published: string[] = [];
    const told: RelayEvent[] = [];
    const stopping = new AbortController();
    const publisher = {
      takeOver: async () => 0n,
      publish: async (activations: readonly ActiveDocument[]) => void published.push(...activations.map(({ ledger }) => ledger)),
      beat: async () => undefined,
      close: async () => undefined,
    };
    const ended = runRelay(
      { events: broken, ledgers: relay(broken), publisher, retryDelayMs: 5, onEvent: (event) => told.push(event) },
      stopping.signal,
    );
    const last = await store.lastPosition();
    await eventually(() => told.some((event) => event.kind === 'published' && event.position === last));
    stopping.abort();
    await ended;
    expect([...new Set(published)]).toEqual(['staging.other']);
    const unreadable = told.flatMap((event) => (event.kind === 'unreadable' ? [event.ledger] : []));
    expect([...new Set(unreadable)].sort()).toEqual(expected);
    expect(told.map(({ kind }) => kind)).not.toContain('failed');
  });
});
