// What a relay publishes with the help of a cache: never anything but what the log says, whoever wrote into the cache.
import { LedgerLog } from '@confledger/conformance';
import { ledgerAggregate, LedgerId, statementOf, type DraftEvent, type Envelope } from '@confledger/domain';
import { beforeEach, expect, test } from 'vitest';
import { eventually } from '../../../../test/support/src/eventually.js';
import { recordedBy, testClock, testCore } from '../../../../test/support/src/ledgers-core.js';
import { toAppend } from '../codec.js';
import { createInMemoryEventStore, InMemorySnapshotStore } from '../in-memory/testing.js';
import { Authentication } from '../loading/authentication.js';
import { EventStoreUnavailable, type EventStore } from '../ports/event-store.js';
import type { ActiveDocument } from '../ports/feed.js';
import type { Snapshot } from '../ports/snapshots.js';
import { createLedgerReads } from './create-ledgers.js';
import { keptDocumentsOf } from './document-at.js';
import { createLedgerReader } from './ledger-versions.js';
import { createProvenActives } from './proven-active.js';

const ENGINE = 'production.trading-engine';
const ID = LedgerId.of('production', 'trading-engine');
const CHANGES = 1_200;

const ENVELOPE: Envelope = {
  actor: { id: 'alice', method: 'token', roles: ['admin'] },
  reason: null,
  commandId: 'command',
  fingerprint: 'f',
  correlationId: 'request',
  causationId: null,
  traceparent: null,
  changeSetId: 'set',
  now: Date.UTC(2030, 0, 1),
};

let log: LedgerLog;
let store: EventStore;
let cache: InMemorySnapshotStore;
let eventsRead: number;
let refuted: string[];

/** A history with an activation of its newest version at the end, and one of version 7 before. */
function history(value: (index: number) => number): LedgerLog {
  const made = new LedgerLog();
  for (let index = 0; index < CHANGES; index += 1) made.change(ENGINE, { 'risk.max': value(index) });
  made.activate(ENGINE, 7);
  made.activate(ENGINE);
  return made;
}

async function storeOf(made: LedgerLog): Promise<EventStore> {
  const inner = createInMemoryEventStore();
  await made.appendTo(inner);
  return {
    ...inner,
    append: (...call) => inner.append(...call),
    readAll: (...call) => inner.readAll(...call),
    subscribe: (...call) => inner.subscribe(...call),
    lastPosition: () => inner.lastPosition(),
    close: () => inner.close(),
    async readStream(...call) {
      const page = await inner.readStream(...call);
      eventsRead += page.length;
      return page;
    },
  };
}

beforeEach(async () => {
  eventsRead = 0;
  refuted = [];
  log = history((index) => index);
  store = await storeOf(log);
  cache = new InMemorySnapshotStore();
});

const relay = () => createProvenActives({ store, cache, clock: testClock(), onCacheRefuted: (ledger) => refuted.push(ledger) });
const fromLog = async () => shown(await createLedgerReads({ store, clock: testClock() }).active(ID));

/** With the digest in place of the document, which remembers what it has computed. */
const shown = (active: ActiveDocument | null) => active && { ...active, document: active.document.digest };

const codeVersion = (): number => ledgerAggregate.snapshots?.version ?? 0;

/** The state of a history after `revision`, as an entry of a cache. */
async function snapshotOf(of: EventStore, revision: number): Promise<Snapshot> {
  const taken = new InMemorySnapshotStore();
  const authentication = new Authentication({ authority: null, snapshotsWithoutMac: true });
  const reader = createLedgerReader({ store: of, authentication, snapshots: taken });
  const loaded = await reader.atRevision(ID, revision);
  await reader.saveSnapshot(loaded);
  const found = await taken.newest(ID.stream, codeVersion());
  if (found === null) throw new Error('No snapshot was taken.');
  return found;
}

/** Writes a state into the cache as if it were that of the log after `revision`. */
async function poison({ body, codeVersion }: Snapshot, revision: number): Promise<void> {
  const [event] = await store.readStream(ID.stream, { from: revision, direction: 'forwards', limit: 1 });
  const { hash, occurredAt } = JSON.parse(event?.metadata ?? '{}') as { hash: string; occurredAt: string };
  await cache.save({ stream: ID.stream, codeVersion, revision, hash, occurredAt, body, mac: '' });
}

const end = (): number => log.state(ENGINE).revision;

test('A second relay answers from what the first one kept, and reads a few events only', async () => {
  const first = await relay().active(ID);
  expect(shown(first)).toEqual(await fromLog());
  await eventually(async () => (await cache.newest(ID.stream, codeVersion())) !== null);
  eventsRead = 0;
  expect(shown(await relay().active(ID, first?.activation))).toEqual(shown(first));
  expect(eventsRead).toBeLessThan(10);
  expect(refuted).toEqual([]);
});

test('What is known from the log alone is not read a second time', async () => {
  const once = await eventsReadBy(fromLog);
  expect(once).toBeGreaterThan(0);
  expect(await eventsReadBy(async () => expect(shown(await relay().active(ID))).toEqual(await fromLog()))).toBe(2 * once);
});

async function eventsReadBy(work: () => Promise<unknown>): Promise<number> {
  const before = eventsRead;
  await work();
  return eventsRead - before;
}

test('A newer activation than the cached one is found', async () => {
  await poison(await snapshotOf(store, end() - 1), end() - 1);
  expect(shown(await relay().active(ID))).toEqual(await fromLog());
  expect(refuted).toEqual([]);
});

test('An activation whose statement has form 2 is proved by its event too', async () => {
  store = await storeOf(new LedgerLog());
  const core = testCore(store, { statementFor: () => Promise.resolve(statementOf(2)) });
  for (let value = 0; value < 20; value += 1) await core.set('risk.max', value);
  await core.done({ type: 'Activate', version: 'latest' });
  const answer = await fromLog();
  expect(answer).toMatchObject({ own: expect.any(String) as string, layers: [] });
  const SNAPSHOT_AT = 10;
  await poison(await snapshotOf(store, SNAPSHOT_AT), SNAPSHOT_AT);
  eventsRead = 0;
  expect(shown(await relay().active(ID, answer?.activation))).toEqual(answer);
  // The event that the cached state stands at, those behind it, the activation and the first event.
  expect(eventsRead).toBe(1 + (22 - 1 - SNAPSHOT_AT) + 2);
});

test.each([
  ['another document', (index: number) => index + 1],
  ['a document of the same shape but one value', (index: number) => (index === CHANGES - 1 ? 7 : index)],
])('A cache that holds %s is not used, and reported', async (_, value) => {
  await poison(await snapshotOf(await storeOf(history(value)), end()), end());
  expect(shown(await relay().active(ID))).toEqual(await fromLog());
  expect(refuted).toEqual([ENGINE]);
});

test('A cache that holds another document under the true activation is not used, and reported', async () => {
  const taken = await snapshotOf(store, end());
  const body = taken.body.replaceAll(String(CHANGES - 1), '7777');
  expect(body).not.toBe(taken.body);
  await poison({ ...taken, body }, end());
  expect(shown(await relay().active(ID, end()))).toEqual(await fromLog());
  expect(refuted).toEqual([ENGINE]);
});

test('A cache that hides the newest activation is not used, and reported', async () => {
  await poison(await snapshotOf(store, end() - 1), end());
  const { active } = relay();
  expect(shown(await active(ID))).toEqual(await fromLog());
  expect(refuted).toEqual([ENGINE]);
  eventsRead = 0;
  expect(shown(await active(ID))).toEqual(await fromLog());
  expect(refuted).toEqual([ENGINE]);
});

test('A cache that says that nothing is active is not used, and reported', async () => {
  await poison(await snapshotOf(store, CHANGES - 1), end());
  expect(shown(await relay().active(ID, end()))).toEqual(await fromLog());
  expect(refuted).toEqual([ENGINE]);
});

test('A cache that lets an abandoned activation take effect is not used, and reported', async () => {
  const written = (): LedgerLog => {
    const made = new LedgerLog();
    made.change(ENGINE, { 'risk.max': 1 }, { activate: true });
    made.change(ENGINE, { 'risk.max': 2 });
    return made;
  };
  log = written();
  const { revision, ...before } = log.state(ENGINE);
  const [set, ...others] = [written(), log].map((made) => made.change(ENGINE, { 'risk.max': 3 }));
  expect(others).toHaveLength(1);
  const version = set?.[0]?.revision ?? 0;
  const data = { version, previous: 1, digest: log.document(ENGINE, version)?.digest ?? '', pending: 0 };
  const whole: DraftEvent[] = [
    { type: 'ConfigSet', data: { path: 'risk.max', value: 3 } },
    { type: 'VersionActivated', data, statement: { form: 1 } },
  ];
  const endOf = { ...before, revision };
  const [cutOff, complete] = [[...whole, { type: 'VersionTagged', data: { version, tag: 't' } } as const], whole].map((drafts) =>
    recordedBy(endOf, drafts, ENVELOPE).slice(0, whole.length).map(toAppend),
  );
  store = await storeOf(written());
  const other = await storeOf(written());
  await store.append(ID.stream, revision, cutOff ?? []);
  await other.append(ID.stream, revision, complete ?? []);
  await poison(await snapshotOf(other, version + 1), version + 1);
  expect((await relay().active(ID, 2))?.version).toBe(1);
  expect(refuted).toEqual([ENGINE]);
});

test('A cache that fails is done without', async () => {
  const faults: unknown[] = [];
  const broken = { save: () => Promise.reject(new Error('full')), newest: () => Promise.reject(new Error('away')) };
  const { active } = createProvenActives({ store, cache: broken, clock: testClock(), onCacheFault: (error) => faults.push(error) });
  expect(shown(await active(ID))).toEqual(await fromLog());
  expect(faults).not.toEqual([]);
});

test('While the event store is away the read fails, and the cache is not blamed', async () => {
  await poison(await snapshotOf(store, end()), end());
  // What the cache leads to is read there, and what the log alone leads to before it.
  const readStream: EventStore['readStream'] = (stream, page) =>
    page.from === end() ? Promise.reject(new EventStoreUnavailable('away')) : store.readStream(stream, page);
  const { active } = createProvenActives({
    store: { ...store, readStream },
    cache,
    clock: testClock(),
    onCacheRefuted: (ledger) => refuted.push(ledger),
  });
  await expect(active(ID)).rejects.toThrow('away');
  expect(refuted).toEqual([]);
});

test('A projector has the document of an older version from its cache, at the cost of the distance', async () => {
  const documentAt = keptDocumentsOf({ store, cache });
  const digest = log.document(ENGINE, 1_100)?.digest ?? '';
  expect(await documentAt(ID, 1_100, digest)).toEqual(log.document(ENGINE, 1_100));
  eventsRead = 0;
  expect((await documentAt(ID, 1_099, log.document(ENGINE, 1_099)?.digest))?.valueAt('risk.max')).toBe(1_098);
  expect(eventsRead).toBeLessThan(600);
});

test('A projector does not believe a cache whose document is not the one that the log names', async () => {
  const forged = await snapshotOf(await storeOf(history((index) => index + 1)), 1_000);
  await poison(forged, 1_000);
  const documentAt = keptDocumentsOf({ store, cache, onCacheRefuted: (ledger) => refuted.push(ledger) });
  expect(await documentAt(ID, 1_000, log.document(ENGINE, 1_000)?.digest)).toEqual(log.document(ENGINE, 1_000));
  expect(refuted).toEqual([ENGINE]);
});
