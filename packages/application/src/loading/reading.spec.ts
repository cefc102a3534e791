// Reads of documents: by version, tag and instant, with and without snapshots, and what they cost.
import { decodeStream, encodeStream, followAll, ledgerAggregate, type LedgerStream } from '@confledger/domain';
import { describe, expect, test } from 'vitest';
import { faultyEventStore } from '../../../../test/support/src/faulty-event-store.js';
import { NAME, recordedBy, testClock, testCore, testSigner, type TestCore } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { InMemorySnapshotStore } from '../in-memory/snapshot-store.js';
import { toAppend } from '../codec.js';
import { createLedgerReader } from '../ledger/ledger-versions.js';
import type { ReadSelector } from '../ledger/ledgers.js';
import { PROVISIONAL_MS } from '../ledger/read-document.js';
import { EventStoreUnavailable, type EventStore, type StoredEvent } from '../ports/event-store.js';
import type { SnapshotStore } from '../ports/snapshots.js';
import { Authentication } from './authentication.js';
import { SNAPSHOT_INTERVAL_EVENTS } from './stream-snapshots.js';

const STREAM = 'config-production.trading-engine';
const { snapshots: codec } = ledgerAggregate;
if (codec === null) throw new Error('ledgers have snapshots');
const CODEC = codec;
const iso = (ms: number) => new Date(ms).toISOString();
const START = testClock().now();

/**
 * 0 s: created, a=1 (version 1). 10 s: active 1 (2). 20 s: a=2 and b=1 in one set (version 4). 20 s: tag t on 1 (5).
 * 30 s: active 4 (6). 40 s: a=3 (7).
 */
async function story(store: EventStore = createInMemoryEventStore()) {
  const clock = testClock();
  const core = testCore(store, { clock });
  await core.done({ type: 'Create', configuration: { a: 1 } });
  clock.advance(10_000);
  await core.done({ type: 'Activate', version: 1 });
  clock.advance(10_000);
  await core.done({ type: 'Merge', patch: { a: 2, b: 1 } });
  await core.done({ type: 'Tag', version: 1, tag: 't', move: false });
  clock.advance(10_000);
  await core.done({ type: 'Activate', version: 4 });
  clock.advance(10_000);
  await core.set('a', 3);
  clock.advance(60_000);
  return { core, clock, store };
}

const version = async (core: TestCore, selector: ReadSelector) => (await core.found(selector)).standing.version;
const refusal = async (core: TestCore, selector: ReadSelector) => {
  const outcome = await core.read(selector);
  return outcome.kind === 'refused' ? outcome.refusal : null;
};

describe('a version', () => {
  test('is named by a word, a number or a tag', async () => {
    const { core } = await story();
    expect(
      await Promise.all(
        [{}, { version: 'latest' }, { version: 'active' }, { version: 'previous' }, { version: 1 }, { version: 't' }].map((each) =>
          version(core, each),
        ),
      ),
    ).toEqual([7, 7, 4, 1, 1, 1]);
    expect((await core.found({ version: 'previous' })).document.toJson()).toEqual({ a: 1 });
    expect((await core.found({ version: 'active' })).standing).toMatchObject({ version: 4, active: 4, pending: 1 });
  });
  test('that is none is refused with those next to it', async () => {
    const { core } = await story();
    expect(await refusal(core, { version: 3 })).toMatchObject({
      code: 'VERSION_NOT_A_VERSION',
      details: [{ remedy: 'The nearest versions are 1 and 4' }],
    });
    expect(await refusal(core, { version: 5 })).toMatchObject({ details: [{ remedy: 'The nearest versions are 4 and 7' }] });
    expect((await core.found({ version: 0 })).document.toJson()).toEqual({});
    expect(await refusal(core, { version: 8 })).toMatchObject({ code: 'VERSION_UNKNOWN' });
    expect(await refusal(core, { version: 'nope' })).toMatchObject({ code: 'TAG_UNKNOWN' });
  });
  test('of a ledger that is not there, or of which nothing is active', async () => {
    const core = testCore(createInMemoryEventStore());
    expect(await refusal(core, {})).toMatchObject({ code: 'LEDGER_UNKNOWN' });
    await core.done({ type: 'Create', configuration: {} });
    expect((await core.found()).standing).toMatchObject({ version: null, active: null, pending: 0 });
    expect(await refusal(core, { version: 'active' })).toMatchObject({ code: 'NOTHING_ACTIVE' });
    await core.set('a', 1, { guards: { activate: true } });
    expect(await refusal(core, { version: 'previous' })).toMatchObject({ code: 'NOTHING_PREVIOUS' });
  });
});

describe('an instant', () => {
  test('gives head as it was at the last event at or before it', async () => {
    const { core } = await story();
    expect(
      await Promise.all(
        [START, START + 19_999, START + 20_000, START + 39_999, START + 40_000, START + 90_000].map((ms) => version(core, { at: iso(ms) })),
      ),
    ).toEqual([1, 1, 4, 4, 7, 7]);
  });
  test('includes every event of its millisecond, a change set whole', async () => {
    const { core } = await story();
    expect(await core.found({ at: iso(START + 20_000) })).toMatchObject({ revision: 5, standing: { version: 4, active: 1, pending: 1 } });
  });
  test('resolves active, previous and tags as of then', async () => {
    const { core } = await story();
    expect(
      await Promise.all(
        [9_999, 10_000, 29_999, 30_000].map(async (ms) => (await core.read({ at: iso(START + ms), version: 'active' })).kind),
      ),
    ).toEqual(['refused', 'found', 'found', 'found']);
    expect(await version(core, { at: iso(START + 30_000), version: 'previous' })).toBe(1);
    expect(await refusal(core, { at: iso(START + 19_999), version: 't' })).toMatchObject({ code: 'TAG_UNKNOWN' });
    expect(await refusal(core, { at: iso(START + 29_999), version: 'previous' })).toMatchObject({ code: 'NOTHING_PREVIOUS' });
  });
  test('knows no version that came later, and says so', async () => {
    const { core } = await story();
    expect(await refusal(core, { at: iso(START + 39_999), version: 7 })).toMatchObject({
      code: 'VERSION_NOT_YET',
      details: [{ remedy: 'The newest version at that instant was 4' }],
    });
    expect(await refusal(core, { at: iso(START + 39_999), version: 99 })).toMatchObject({ code: 'VERSION_UNKNOWN' });
    expect(await refusal(core, { at: iso(START + 19_999), version: 2 })).toMatchObject({
      details: [{ remedy: 'The nearest version is 1' }],
    });
  });
  test('before the first event is refused', async () => {
    const { core } = await story();
    expect(await refusal(core, { at: iso(START - 1) })).toMatchObject({ code: 'AT_BEFORE_FIRST_EVENT' });
  });
  test('of the last seconds, or to come, gives a provisional answer', async () => {
    const { core, clock } = await story();
    const provisional = async (ms: number) => (await core.found({ at: iso(ms) })).provisional;
    expect([
      await provisional(clock.now() - PROVISIONAL_MS),
      await provisional(clock.now() - PROVISIONAL_MS + 1),
      await provisional(clock.now() + 60_000),
    ]).toEqual([false, true, true]);
    expect((await core.found()).provisional).toBe(false);
  });
});

describe('snapshots', () => {
  /** A long ledger with activations, tags, deletes and an abandoned set, on a store with snapshots. */
  async function long(snapshots: SnapshotStore) {
    const store = createInMemoryEventStore();
    const clock = testClock();
    const core = testCore(store, { clock, snapshots });
    for (let round = 0; round < 1_200; round += 1) {
      clock.advance(1_000);
      await core.set(`k${round % 40}`, round, round % 97 === 0 ? { guards: { activate: 'all' } } : {});
      if (round % 50 === 0) await core.done({ type: 'Tag', version: 'latest', tag: `t${round}`, move: false });
      if (round % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await new Promise((resolve) => setImmediate(resolve));
    return { store, clock };
  }
  const everything = async (core: TestCore) => {
    const selectors: ReadSelector[] = [
      {},
      { version: 'active' },
      { version: 'previous' },
      { version: 't850' },
      { version: 3 },
      { version: 1_001 },
      ...[0, 1, 499, 500, 501, 1_199].map((second) => ({ at: iso(START + second * 1_000) })),
    ];
    const reads = await Promise.all(selectors.map((selector) => core.read(selector)));
    return reads.map((read) => (read.kind === 'found' ? { ...read, document: read.document.toSnapshot() } : read));
  };

  test('change nothing but time: the same answers with them, without them, and with broken ones', async () => {
    const snapshots = new InMemorySnapshotStore();
    const { store, clock } = await long(snapshots);
    expect(snapshots.size).toBeGreaterThan(1);
    const expected = await everything(testCore(store, { clock }));
    expect(await everything(testCore(store, { clock, snapshots }))).toEqual(expected);
    const faults: unknown[] = [];
    const newest = async (...args: Parameters<SnapshotStore['newest']>) => snapshots.newest(...args);
    const broken: SnapshotStore[] = [
      { save: async () => undefined, newest: async () => Promise.reject(new Error('no snapshots today')) },
      {
        save: async () => Promise.reject(new Error('full')),
        newest: async (...args) => {
          const one = await newest(...args);
          return one && { ...one, hash: 'f'.repeat(64) };
        },
      },
      {
        save: async () => undefined,
        newest: async (...args) => {
          const one = await newest(...args);
          return one && { ...one, body: '{}' };
        },
      },
      {
        save: async () => undefined,
        newest: async (...args) => {
          const one = await newest(...args);
          return one && { ...one, body: one.body.slice(0, -10) };
        },
      },
      {
        save: async () => undefined,
        newest: async (...args) => {
          const one = await newest(...args);
          return one && { ...one, revision: 1_000_000 };
        },
      },
      {
        save: async () => undefined,
        newest: async (...args) => {
          const one = await newest(...args);
          return one && { ...one, occurredAt: 'yesterday' };
        },
      },
    ];
    for (const bad of broken)
      expect(await everything(testCore(store, { clock, snapshots: bad, onSnapshotFault: (error) => faults.push(error) }))).toEqual(
        expected,
      );
    expect(faults.length).toBeGreaterThan(0);
    snapshots.clear();
    expect(await everything(testCore(store, { clock, snapshots }))).toEqual(expected);
  });

  test('and a ledger goes on from one as from its own events: repetitions are known, times never go back', async () => {
    const snapshots = new InMemorySnapshotStore();
    const { store } = await long(snapshots);
    const clock = testClock(START - 86_400_000);
    const fresh = testCore(store, { clock, snapshots });
    await fresh.set('new', 1, { key: 'k' });
    expect(await testCore(store, { clock, snapshots }).set('new', 1, { key: 'k' })).toMatchObject({ replayed: true });
    const [last, before] = await store.readStream(STREAM, { direction: 'backwards', limit: 2 });
    const time = (event: StoredEvent | undefined) => (JSON.parse(event?.metadata ?? '{}') as { occurredAt?: string }).occurredAt;
    expect(time(last)).toBe(time(before));
  });

  test('a state comes out of its snapshot as it went in', async () => {
    const { store } = await story();
    const { stream } = await createLedgerReader({ store }).end(NAME);
    const { name, revision, hash, occurredAt } = stream;
    const restored: LedgerStream = decodeStream(CODEC, { name, revision, hash, occurredAt }, encodeStream(CODEC, stream));
    expect(visible(restored)).toEqual(visible(stream));
    expect(encodeStream(CODEC, restored)).toBe(encodeStream(CODEC, stream));
  });

  test('what a read costs is bounded by the distance to the nearest, not by the length of the history', async () => {
    const { store: real } = await story();
    const { stream } = await createLedgerReader({ store: real }).end(NAME);
    const { store, snapshots, reads } = millionth(stream);
    const core = testCore(store, { snapshots });
    expect((await core.found()).standing.version).toBe(1_000_300);
    expect((await core.found({ version: 1_000_100 })).document.valueAt('n')).toBe(100);
    expect((await core.found({ at: iso(START + 2_000_000) })).standing.version).toBe(1_000_300);
    await core.set('n', -1);
    // Four loads, each at most a snapshot's event and one page more than what lies behind it.
    expect(reads()).toBeLessThan(4 * (1 + 301 + SNAPSHOT_INTERVAL_EVENTS));
  });
});

test('reads with local consistency ask the store once, and then no more', async () => {
  const store = faultyEventStore(createInMemoryEventStore());
  await testCore(store).set('a', 1);
  const core = testCore(store);
  await core.found({ consistency: 'local' });
  const { reads } = store.calls;
  await core.found({ consistency: 'local' });
  expect(store.calls.reads).toBe(reads);
  await core.found();
  expect(store.calls.reads).toBe(reads + 1);
});

test('a snapshot store that fails is done without for a while, so that one that hangs holds up one load and not each', async () => {
  const store = createInMemoryEventStore();
  await testCore(store).set('a', 1);
  let asked = 0;
  const snapshots: SnapshotStore = {
    save: () => Promise.resolve(),
    newest: () => {
      asked += 1;
      return Promise.reject(new Error('away'));
    },
  };
  const core = testCore(store, { snapshots });
  for (let load = 0; load < 5; load += 1)
    expect((await core.found({ version: 1, at: iso(START + 1_000_000) })).document.toJson()).toEqual({ a: 1 });
  expect((await core.ledgers.reader.atRevision(NAME, 1)).stream.revision).toBe(1);
  expect((await core.ledgers.reader.end(NAME)).stream.revision).toBe(1);
  expect(asked).toBe(1);
});

test('reads with local consistency are answered while the store is away, also after a write that failed; others are not', async () => {
  const store = faultyEventStore(createInMemoryEventStore());
  const core = testCore(store);
  await core.set('a', 1);
  store.unreadable = true;
  store.nextAppends({ kind: 'lose the answer' });
  await expect(core.set('a', 2)).rejects.toThrow('it is not known whether');
  expect((await core.found({ consistency: 'local' })).document.toJson()).toEqual({ a: 1 });
  await expect(core.found()).rejects.toThrow(EventStoreUnavailable);
  store.unreadable = false;
  expect((await core.found()).document.toJson()).toEqual({ a: 2 });
  expect((await core.found({ consistency: 'local' })).document.toJson()).toEqual({ a: 2 });
});

test('reads that wait behind one that the store did not answer are told so with it, and the next begins anew', async () => {
  const store = faultyEventStore(createInMemoryEventStore());
  const core = testCore(store);
  await core.set('a', 1);
  const { reads } = store.calls;
  store.unreadable = true;
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => core.found()));
  expect(outcomes.map(({ status }) => status)).toEqual(Array(10).fill('rejected'));
  expect(store.calls.reads - reads).toBe(1);
  store.unreadable = false;
  expect((await core.found()).document.toJson()).toEqual({ a: 1 });
});

test('reads that come together share a read of the log that began after all of them', async () => {
  const store = faultyEventStore(createInMemoryEventStore());
  const core = testCore(store);
  await core.set('a', 1);
  const { reads } = store.calls;
  await Promise.all(Array.from({ length: 100 }, () => core.found()));
  expect(store.calls.reads - reads).toBe(2);
});

/** The end of a stream of a million events: a snapshot at revision 1,000,000, and a store that holds only what lies behind it. */
function millionth(start: LedgerStream): { store: EventStore; snapshots: SnapshotStore; reads: () => number } {
  let stream: LedgerStream = { ...start, revision: 999_999 };
  const stored: StoredEvent[] = [];
  const record = (value: number) => {
    const envelope = {
      actor: { id: 'a', method: 'token', roles: [] },
      reason: null,
      commandId: `n${value}`,
      fingerprint: 'f',
      correlationId: 'c',
      causationId: null,
      traceparent: null,
      changeSetId: `n${value}`,
      now: START + 1_000_000 + value,
    };
    const texts = recordedBy(stream, [{ type: 'ConfigSet', data: { path: 'n', value } }], envelope, (of) =>
      testSigner.mac(Buffer.from(of, 'hex')),
    );
    for (const text of texts)
      stored.push({ ...toAppend(text), stream: STREAM, revision: text.event.revision, position: BigInt(text.event.revision + 1) });
    stream = followAll(
      ledgerAggregate.apply,
      stream,
      texts.map(({ event }) => event),
    );
  };
  record(0);
  const { revision, hash, occurredAt } = stream as LedgerStream & { hash: string; occurredAt: string };
  const snapshots = new InMemorySnapshotStore();
  const snapshot = { stream: STREAM, revision, hash, occurredAt, codeVersion: CODEC.version, body: encodeStream(CODEC, stream) };
  const mac = new Authentication({ authority: testSigner }).snapshotMac(snapshot);
  void snapshots.save({ ...snapshot, mac: mac ?? '' });
  for (let value = 1; value <= 300; value += 1) record(value);
  let count = 0;
  const store: EventStore = {
    ...createInMemoryEventStore(),
    async readStream(_stream, { from = 0, limit }) {
      if (from < revision) throw new Error(`read from ${from}: that is the whole history`);
      const page = stored.filter((event) => event.revision >= from).slice(0, limit);
      count += page.length;
      return page;
    },
    async append(_stream, _expected, events) {
      const position = BigInt(1_000_302 + events.length);
      return { outcome: 'appended', position, alreadyThere: false };
    },
  };
  return { store, snapshots, reads: () => count };
}

function visible({ commands, state, ...rest }: LedgerStream): unknown {
  if (state === null) throw new Error('the ledger does not exist');
  const { head, active, pending, tags, retired } = state;
  return {
    ...rest,
    commands: commands.toArray(),
    head: { ...head, document: head.document.toSnapshot() },
    active: active && { ...active, document: active.document?.toSnapshot() ?? null },
    pending,
    tags: [...tags],
    retired,
  };
}
