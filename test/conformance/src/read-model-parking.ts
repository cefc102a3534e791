// Rules of what a read model cannot fold: parked events, parked streams, and how a newer projector goes on with them.
import { runProjector, type EventStore, type ProjectionBatch, type ProjectionStore, type ReadModel } from '@confledger/application';
import { createInMemoryEventStore, InMemoryReadModel } from '@confledger/application/testing';
import { eventually } from '@confledger/test-support';
import { describe, expect, test } from 'vitest';
import type { LedgerLog } from './ledger-log.js';
import { olderRelease, thisRelease, type Release } from './other-releases.js';
import { brokenLock } from './projector-world.js';
import { randomLedgerLog } from './random-ledger-log.js';
import { allPages, contentsOf, projectLog } from './read-model-contents.js';

export interface ParkingUnderTest {
  readonly log: () => LedgerLog;
  readonly query: () => ReadModel;
  readonly store: () => ProjectionStore;
  readonly project: () => Promise<void>;
}

const ENGINE = 'production.trading-engine';
const RISK_GATEWAY = 'production.risk-gateway';
const PAGE = { limit: 100 };
const strange = { data: '{}', metadata: '{}' };

/** A release that knows neither tags nor these ledgers. */
const older = olderRelease({ types: ['VersionTagged'], streams: ['config-staging.trading-engine'] });

export function parkingRules({ log, query, store, project }: ParkingUnderTest): void {
  describe('parked events', () => {
    test('An event that cannot be applied is parked with those behind it, its ledger is incomplete, and the others go on', async () => {
      log().change(ENGINE, { a: 1 });
      log().raw(`config-${ENGINE}`, { type: 'ConfigSet', data: '{"path":"a.b","value":1', metadata: '{}' });
      log().raw(`config-${ENGINE}`, { type: 'ConfigSet', data: '{"path":"b","value":1}', metadata: '{}' });
      log().change(RISK_GATEWAY, { a: 2 });
      await project();
      const { items } = await query().ledgers({}, PAGE);
      expect(items).toMatchObject([
        { service: 'risk-gateway', complete: true, latest: 1 },
        { service: 'trading-engine', complete: false, latest: 1 },
      ]);
      const parked = await allPages((page) => query().parked(page), 1);
      expect(parked).toMatchObject([
        { position: 4n, stream: `config-${ENGINE}`, revision: 3, type: 'ConfigSet', reason: expect.stringContaining('position 3') },
        { position: 3n, stream: `config-${ENGINE}`, revision: 2, reason: expect.stringContaining('cannot be read') },
      ]);
      const streams = (await query().parkedStreams(PAGE)).items;
      expect(streams).toMatchObject([
        { stream: `config-${ENGINE}`, revision: 2, position: 3n, reason: expect.stringContaining('cannot be read') },
      ]);
      expect(await query().position()).toBe(6n);
    });

    test('Text that Postgres cannot hold is parked', async () => {
      const [good] = log().change(ENGINE, { a: 1 });
      const metadata = good?.metadata ?? '';
      log().raw('config-a.b', { type: 'LedgerCreated', data: '{"environment":"\\u0000","service":"b"}', metadata });
      log().raw('config-a.c', { type: 'LedgerCreated', data: '{"environment":"\\ud800","service":"b"}', metadata });
      log().raw('config-a.d', { type: 'Ledger\0Created', data: '{}', metadata });
      log().raw('fleet-\0', { type: 'App\0lied', data: '\0', metadata });
      await project();
      expect((await query().parked(PAGE)).items.map(({ reason }) => reason)).toEqual([
        expect.stringContaining('NUL'),
        expect.stringContaining('NUL'),
        expect.stringContaining('surrogate'),
      ]);
      const incomplete = (await query().ledgers({}, PAGE)).items.map(({ service, complete, updatedAt }) => [
        service,
        complete,
        updatedAt === null,
      ]);
      expect(incomplete).toEqual([
        ['b', false, true],
        ['c', false, true],
        ['d', false, true],
        ['trading-engine', true, false],
      ]);
      expect((await query().parkedStreams(PAGE)).items[0]).toMatchObject({ stream: 'fleet-\\0', type: 'App\\0lied' });
      // The mark names an event that a log can be asked for.
      expect(await store().checkpoint()).toMatchObject({ position: 6n, mark: { stream: 'config-a.d', revision: 0 } });
    });
  });

  describe('parked streams', () => {
    test('A stream that is not known has one row, its first event, and everything else goes on', async () => {
      log().raw('keyring', { type: 'KeyWrapped', ...strange });
      log().change(ENGINE, { a: 1 });
      log().raw('access-log', { type: 'AccessLogged', ...strange });
      log().raw('keyring', { type: 'KeyWrapped', ...strange });
      await project();
      log().raw('access-log', { type: 'AccessLogged', ...strange });
      await project();
      const reason = 'this release does not know its stream';
      expect(await query().parkedStreams(PAGE)).toEqual({
        items: [
          { stream: 'access-log', revision: 0, position: 4n, type: 'AccessLogged', reason },
          { stream: 'keyring', revision: 0, position: 1n, type: 'KeyWrapped', reason },
        ],
        next: null,
        position: 6n,
      });
      expect((await query().parked(PAGE)).items).toEqual([]);
      expect((await query().ledgers({}, PAGE)).items).toMatchObject([{ latest: 1, complete: true }]);
    });

    test('They come newest first and page by page to people, by name and page by page to projectors', async () => {
      const names = ['template-b', 'fleet-a.b', 'proposal-1', 'access-log', 'template-a'];
      for (const stream of names) log().raw(stream, { type: 'T', ...strange });
      await project();
      const shown = await allPages((page) => query().parkedStreams(page), 2);
      expect(shown.map(({ stream }) => stream)).toEqual(names.toReversed());
      const sorted = names.toSorted();
      expect((await store().parkedStreamsBehind(null, 2)).map(({ stream }) => stream)).toEqual(sorted.slice(0, 2));
      expect((await store().parkedStreamsBehind(sorted[1] ?? '', 2)).map(({ stream }) => stream)).toEqual(sorted.slice(2, 4));
      expect((await store().parkedStreamsBehind(sorted[3] ?? '', 2)).map(({ stream }) => stream)).toEqual(sorted.slice(4));
      expect(await store().countParkedStreams()).toBe(5);
    });

    test('A stream is resumed from the revision that its row has, and by one projector only', async () => {
      log().raw('keyring', { type: 'KeyWrapped', ...strange });
      log().raw('keyring', { type: 'KeyRetired', ...strange });
      await project();
      const before = await contentsOf(query(), store());
      const next = { stream: 'keyring', revision: 1, position: 2n, type: 'KeyRetired', reason: 'still unknown' };
      const resumed = { stream: 'keyring', revision: 0, events: [1n], next };
      expect(await store().commit({ ...nothingAt(2n), resumed: { ...resumed, revision: 1 } })).toBe('superseded');
      expect(await store().commit({ ...nothingAt(2n), resumed: { ...resumed, revision: 1, next: null } })).toBe('superseded');
      expect(await store().commit({ ...nothingAt(2n), resumed: { ...resumed, stream: 'access-log' } })).toBe('superseded');
      expect(await store().commit({ ...nothingAt(1n), resumed })).toBe('superseded');
      expect(await contentsOf(query(), store())).toEqual(before);
      expect(await store().commit({ ...nothingAt(2n), resumed })).toBe('committed');
      expect(await store().commit({ ...nothingAt(2n), resumed })).toBe('superseded');
      expect((await query().parkedStreams(PAGE)).items).toEqual([next]);
      expect(await store().commit({ ...nothingAt(2n), resumed: { ...resumed, revision: 1, next: null } })).toBe('committed');
      expect(await contentsOf(query(), store())).toEqual({ ...before, parkedStreams: [] });
    });
  });

  describe('an upgrade of the projector', () => {
    test.each([1, 2, 3, 4])('What an older release parked (seed %i) is folded, and everything is as after a rebuild', async (seed) => {
      const history = randomLedgerLog(seed, 60);
      const events = await eventsOf(history);
      await run(older, events, store(), history);
      expect((await query().ledgers({}, PAGE)).items.some(({ complete }) => !complete)).toBe(true);
      expect((await query().parkedStreams(PAGE)).items.map(({ stream }) => stream)).toContain('config-staging.trading-engine');

      // What came meanwhile is folded behind what was parked.
      const from = history.stored.length;
      history.change(ENGINE, { note: 'later' }, { activate: true });
      history.change('staging.trading-engine', { note: 'later' });
      await history.appendTo(events, from);
      await run(thisRelease, events, store(), history);
      const expected = new InMemoryReadModel();
      await projectLog(history, expected);
      expect(await contentsOf(query(), store())).toEqual(await contentsOf(expected, expected));
      expect((await query().parkedStreams(PAGE)).items).toEqual([]);
    });

    test('A release that can read more, but not all, folds as far as it can, and the next one the rest', async () => {
      const history = randomLedgerLog(7, 60);
      const events = await eventsOf(history);
      const types = ['ConfigDeleted', 'VersionTagged', 'VersionActivated', 'VersionUntagged'];
      for (let known = 0; known <= types.length; known += 1) {
        const release = olderRelease({ types: types.slice(known) });
        await run(release, events, store(), history);
        const expected = new InMemoryReadModel();
        await projectLog(history, expected, release);
        expect(await contentsOf(query(), store())).toEqual(await contentsOf(expected, expected));
      }
      expect((await query().parkedStreams(PAGE)).items).toEqual([]);
    });

    test('Broken off between two chunks it goes on, and the ledger shows as incomplete until the last one', async () => {
      for (let index = 0; index < 3; index += 1) log().change(ENGINE, leaves(index));
      log().tag(ENGINE, 400, 'stable');
      log().change(ENGINE, leaves(9), { activate: true });
      const events = await eventsOf(log());
      await run(olderRelease({ streams: [`config-${ENGINE}`] }), events, store(), log());
      const revisions: number[] = [];
      let commits = 0;
      const dying: ProjectionStore = {
        ...bound(store()),
        commit: async (batch) => {
          if (commits > 0) throw new Error('killed');
          commits += 1;
          return await store().commit(batch);
        },
      };
      for (let lives = 0; lives < 20 && (await store().countParkedStreams()) > 0; lives += 1) {
        commits = 0;
        await runUntil(thisRelease, events, dying, log(), () => commits > 0);
        const { items } = await query().ledgers({}, PAGE);
        const [row] = (await query().parkedStreams(PAGE)).items;
        expect(items).toMatchObject([{ complete: row === undefined }]);
        revisions.push(row?.revision ?? Infinity);
      }
      expect(revisions.length).toBeGreaterThan(2);
      expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
      const expected = new InMemoryReadModel();
      await projectLog(log(), expected);
      expect(await contentsOf(query(), store())).toEqual(await contentsOf(expected, expected));
    });
  });
}

/** A batch that stays where it is and writes nothing. */
export function nothingAt(at: bigint): ProjectionBatch {
  const none = { streams: [], environments: [], ledgers: [], items: [], itemsGone: [], versions: [], activations: [], tags: [], audit: [] };
  return { from: at, to: at, mark: null, ...none, settled: [], buffered: [], parked: [], parkedStreams: [], resumed: null };
}

/** More events than are read of a stream at a time. */
function leaves(value: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`leaf${index}`, value]));
}

async function eventsOf(log: LedgerLog): Promise<EventStore> {
  const events = createInMemoryEventStore();
  await log.appendTo(events);
  return events;
}

/** Runs a projector of a release to the end of the log. It goes on with what is parked before it follows the log. */
async function run(release: Release, events: EventStore, store: ProjectionStore, log: LedgerLog): Promise<void> {
  const from = log.stored.length;
  // Where nothing else is left to fold, an event tells that what was parked is done.
  log.installation();
  await log.appendTo(events, from);
  await runUntil(release, events, store, log, async () => (await store.checkpoint()).position === log.stored.at(-1)?.position);
}

async function runUntil(
  release: Release,
  events: EventStore,
  store: ProjectionStore,
  log: LedgerLog,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const stopping = new AbortController();
  const options = {
    events,
    store: () => Promise.resolve(store),
    lock: brokenLock,
    documentAt: log.documentAt,
    retryDelayMs: 1,
    ...release,
  };
  const ended = runProjector(options, stopping.signal);
  try {
    await eventually(condition);
  } finally {
    stopping.abort();
    await ended;
  }
}

/** The methods of a store, also where they are those of a class. */
function bound(store: ProjectionStore): ProjectionStore {
  return {
    checkpoint: () => store.checkpoint(),
    load: (streams) => store.load(streams),
    parkedStreamsBehind: (stream, limit) => store.parkedStreamsBehind(stream, limit),
    countParkedStreams: () => store.countParkedStreams(),
    commit: (batch) => store.commit(batch),
  };
}
