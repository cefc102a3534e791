// The rules of the read model port and of the projection store behind it, which every adapter of the two must keep.
import { CursorInvalid, type LedgerFilter, type ProjectionBatch, type ProjectionStore, type ReadModel } from '@confledger/application';
import { InMemoryReadModel } from '@confledger/application/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LedgerLog } from './ledger-log.js';
import { activationRules } from './read-model-activations.js';
import { auditRules } from './read-model-audit.js';
import { randomLedgerLog } from './random-ledger-log.js';
import { allPages, contentsOf, projectLog } from './read-model-contents.js';
import { nothingAt, parkingRules } from './read-model-parking.js';
import { versionRules } from './read-model-versions.js';

/** An empty read model and the store that fills it. */
export interface ReadModelUnderTest {
  readonly readModel: ReadModel;
  readonly store: ProjectionStore;
  close(): Promise<void>;
}

const ENGINE = 'production.trading-engine';
const PAGE = { limit: 100 };

export function readModelConformance(name: string, make: () => Promise<ReadModelUnderTest>): void {
  describe(`${name} as a read model`, () => {
    let log: LedgerLog;
    let model: ReadModelUnderTest;
    const query = (): ReadModel => model.readModel;
    const project = (): Promise<void> => projectLog(log, model.store);

    beforeEach(async () => {
      log = new LedgerLog();
      model = await make();
    });
    afterEach(async () => {
      await model.close();
    });

    describe('ledgers', () => {
      test('An empty read model stands at position 0 and has empty pages', async () => {
        expect(await query().position()).toBe(0n);
        expect(await query().ledgers({}, PAGE)).toEqual({ items: [], next: null, position: 0n });
        expect(await query().versions(ENGINE, PAGE)).toEqual({ items: [], next: null, position: 0n });
        expect(await query().activations(ENGINE, PAGE)).toEqual({ items: [], next: null, position: 0n });
        expect(await query().running({}, PAGE)).toEqual({ items: [], next: null, position: 0n });
        expect(await query().audit({}, PAGE)).toEqual({ items: [], next: null, position: 0n });
        expect(await query().version(ENGINE, 1)).toBeNull();
      });

      test('A ledger says its newest and its active version, what is pending, and both digests', async () => {
        log.change(ENGINE, { 'risk.max': 1 }, { activate: true });
        log.change(ENGINE, { 'risk.max': 2 });
        const last = log.change(ENGINE, { 'risk.max': 3 }).at(-1);
        await project();
        const { items, position } = await query().ledgers({}, PAGE);
        expect(position).toBe(last?.position);
        expect(items).toEqual([
          {
            environment: 'production',
            service: 'trading-engine',
            latest: 4,
            active: 1,
            activation: 2,
            activatedAt: '2026-01-01T00:00:01.000Z',
            pending: 2,
            digest: log.document(ENGINE, 4)?.digest,
            activeDigest: log.document(ENGINE, 1)?.digest,
            activeOwn: log.document(ENGINE, 1)?.digest,
            layers: [],
            pinned: null,
            definition: null,
            schemaRevision: null,
            retired: false,
            updatedAt: '2026-01-01T00:00:03.000Z',
            complete: true,
            parked: null,
          },
        ]);
      });

      test('A ledger of which only LedgerCreated stands has no version', async () => {
        log.create(ENGINE);
        await project();
        const { items } = await query().ledgers({}, PAGE);
        expect(items).toMatchObject([{ latest: null, active: null, pending: 0, activeDigest: null, complete: true }]);
      });

      test('A ledger whose first change set is still open, or was abandoned and not followed, is not there', async () => {
        log.change(ENGINE, { a: 1, b: 2 }, { keep: 2 });
        await project();
        expect((await query().ledgers({}, PAGE)).items).toEqual([]);
      });

      test('Ledgers come by environment, then service, page by page, and can be cut to one environment', async () => {
        const names = ['staging.b', 'production.trading-engine', 'production-2.a', 'production.a', 'staging.a'];
        for (const ledger of names) log.change(ledger, { a: 1 });
        await project();
        const all = await allPages((page) => query().ledgers({}, page), 2);
        expect(all.map(({ environment, service }) => `${environment}.${service}`)).toEqual([
          'production.a',
          'production.trading-engine',
          'production-2.a',
          'staging.a',
          'staging.b',
        ]);
        const some = await allPages((page) => query().ledgers({ environment: 'production' }, page), 1);
        expect(some.map(({ service }) => service)).toEqual(['a', 'trading-engine']);
      });

      test('A retired ledger stands as it did and says so, until it is restored', async () => {
        log.change(ENGINE, { a: 1 }, { activate: true });
        log.change(ENGINE, { a: 2 });
        await project();
        const [before] = (await query().ledgers({}, PAGE)).items;
        log.retire(ENGINE);
        await project();
        const updatedAt = '2026-01-01T00:00:03.000Z';
        expect((await query().ledgers({}, PAGE)).items).toEqual([{ ...before, retired: true, updatedAt }]);
        expect((await query().versions(ENGINE, PAGE)).items.map(({ version }) => version)).toEqual([3, 1]);
        log.restore(ENGINE);
        await project();
        expect((await query().ledgers({}, PAGE)).items).toMatchObject([{ retired: false, latest: 3, active: 1, pending: 1 }]);
        const audit = (await query().audit({ service: 'trading-engine' }, { limit: 2 })).items;
        expect(audit).toMatchObject([
          { type: 'LedgerRestored', version: null, path: null, actor: 'alice', abandoned: false, detail: {} },
          { type: 'LedgerRetired', version: null, path: null, actor: 'alice', abandoned: false, detail: {} },
        ]);
      });

      test('The list can be cut to retired ledgers, or to the others, page by page', async () => {
        for (const ledger of ['production.a', 'production.b', 'production.c', 'staging.a', 'staging.b']) log.change(ledger, { a: 1 });
        for (const ledger of ['production.a', 'production.c', 'staging.b']) log.retire(ledger);
        log.restore('production.c');
        await project();
        const names = async (filter: LedgerFilter): Promise<string[]> =>
          (await allPages((page) => query().ledgers(filter, page), 1)).map(({ environment, service }) => `${environment}.${service}`);
        expect(await names({ retired: true })).toEqual(['production.a', 'staging.b']);
        expect(await names({ retired: false })).toEqual(['production.b', 'production.c', 'staging.a']);
        expect(await names({ environment: 'production', retired: false })).toEqual(['production.b', 'production.c']);
        expect(await names({ environment: 'staging', retired: true })).toEqual(['staging.b']);
        expect(await names({ environment: 'production' })).toEqual(['production.a', 'production.b', 'production.c']);
      });

      test('A ledger that is retired between two pages leaves the list, and the others do not move', async () => {
        for (const ledger of ['a.a', 'a.b', 'a.c', 'a.d']) log.change(ledger, { a: 1 });
        await project();
        const first = await query().ledgers({ retired: false }, { limit: 2 });
        for (const ledger of ['a.b', 'a.c']) log.retire(ledger);
        await project();
        const second = await query().ledgers({ retired: false }, { limit: 2, cursor: first.next ?? '' });
        expect(second.items.map(({ service }) => service)).toEqual(['d']);
      });

      test('A ledger that changes between two pages does not move', async () => {
        for (const ledger of ['a.a', 'a.b', 'a.c']) log.change(ledger, { a: 1 });
        await project();
        const first = await query().ledgers({}, { limit: 2 });
        log.change('a.a', { a: 2 });
        await project();
        const second = await query().ledgers({}, { limit: 2, cursor: first.next ?? '' });
        expect(second.items.map(({ service }) => service)).toEqual(['c']);
      });
    });

    versionRules({ log: () => log, query, project });

    activationRules({ log: () => log, query, project, store: () => model.store });

    auditRules({ log: () => log, query, project });

    describe('cursors', () => {
      test.each([
        ['empty', ''],
        ['no base64url', '!!!'],
        ['no JSON', 'x'],
        ['a number for its key', Buffer.from('["audit",7]').toString('base64url')],
        ['of another list', Buffer.from('["ledgers","a.b"]').toString('base64url')],
        ['too long', 'A'.repeat(5_000)],
      ])('A cursor that was not given out is refused: %s', async (_, cursor) => {
        await expect(query().audit({}, { limit: 1, cursor })).rejects.toBeInstanceOf(CursorInvalid);
        await expect(query().versions(ENGINE, { limit: 1, cursor })).rejects.toBeInstanceOf(CursorInvalid);
        await expect(query().activations(ENGINE, { limit: 1, cursor })).rejects.toBeInstanceOf(CursorInvalid);
        await expect(query().running({}, { limit: 1, cursor })).rejects.toBeInstanceOf(CursorInvalid);
        await expect(query().history(ENGINE, 'a', { limit: 1, cursor })).rejects.toBeInstanceOf(CursorInvalid);
      });

      test('A cursor of one list is refused by another', async () => {
        log.change(ENGINE, { a: 1 });
        await project();
        const { next } = await query().audit({}, { limit: 1 });
        await expect(query().ledgers({}, { limit: 1, cursor: next ?? '' })).rejects.toBeInstanceOf(CursorInvalid);
      });
    });

    describe('waiting', () => {
      test('Waiting for a position that is reached answers true at once', async () => {
        log.change(ENGINE, { a: 1 });
        await project();
        expect(await query().waitFor(2n, 0)).toBe(true);
        expect(await query().waitFor(0n, 0)).toBe(true);
      });

      test('Waiting ends when the position is reached', async () => {
        log.change(ENGINE, { a: 1 });
        const waiting = query().waitFor(2n, 20_000);
        await project();
        expect(await waiting).toBe(true);
      });

      test('Waiting ends with false when the time is over', async () => {
        expect(await query().waitFor(1n, 30)).toBe(false);
      });
    });

    parkingRules({ log: () => log, query, store: () => model.store, project });

    describe('the projection store', () => {
      test('A batch that does not continue the checkpoint is superseded and leaves nothing', async () => {
        log.change(ENGINE, { a: 1 });
        await project();
        const before = await contentsOf(model.readModel, model.store);
        expect(await model.store.commit(emptyBatch(0n, 9n))).toBe('superseded');
        expect(await model.store.commit(emptyBatch(3n, 9n))).toBe('superseded');
        expect(await contentsOf(model.readModel, model.store)).toEqual(before);
        expect(await model.store.commit(emptyBatch(2n, 9n))).toBe('committed');
        expect(await model.store.checkpoint()).toEqual({ position: 9n, mark: before.checkpoint.mark });
      });

      test('The checkpoint names the last event that was folded, of whatever stream; in the beginning it names none', async () => {
        expect(await model.store.checkpoint()).toEqual({ position: 0n, mark: null });
        const [created] = log.change(ENGINE, { a: 1 });
        await projectLog(log, model.store, { eventsPerBatch: 1 });
        expect(await model.store.checkpoint()).toMatchObject({
          position: 2n,
          mark: { stream: created?.stream, revision: 1, id: log.stored[1]?.id },
        });
        log.raw('access-log', { type: 'Refused', data: '{}', metadata: '{}' });
        await project();
        expect(await model.store.checkpoint()).toEqual({
          position: 3n,
          mark: { stream: 'access-log', revision: 0, id: log.stored[2]?.id },
        });
        const mark = { stream: 'keyring', revision: 7, id: 'another' };
        expect(await model.store.commit({ ...emptyBatch(1n, 4n), mark })).toBe('superseded');
        expect(await model.store.checkpoint()).toMatchObject({ position: 3n, mark: { stream: 'access-log' } });
        expect(await model.store.commit({ ...emptyBatch(3n, 4n), mark })).toBe('committed');
        expect(await model.store.checkpoint()).toEqual({ position: 4n, mark });
      });

      test('A stream that is no ledger has its audit rows, and none of a ledger', async () => {
        log.installation();
        await project();
        expect(await contentsOf(model.readModel, model.store)).toMatchObject({
          checkpoint: { position: 1n, mark: { stream: 'installation', revision: 0, id: log.stored[0]?.id } },
          position: 1n,
          ledgers: [],
          versions: {},
          audit: [
            {
              position: 1n,
              stream: 'installation',
              environment: null,
              service: null,
              type: 'InstallationCreated',
              detail: { keyId: '0123456789abcdef' },
            },
          ],
          parked: [],
          parkedStreams: [],
          stored: [{ stream: { stream: 'installation', revision: 0, parkedAt: null }, ledger: null, items: [], buffered: [] }],
        });
      });

      test.each([1, 2, 3])(
        'Whatever the history (seed %i), it ends as in memory, in one batch or event by event from cold',
        async (seed) => {
          log = randomLedgerLog(seed, 60);
          const expected = new InMemoryReadModel();
          await projectLog(log, expected);
          await projectLog(log, model.store, { eventsPerBatch: 1, cold: true });
          expect(await contentsOf(model.readModel, model.store)).toEqual(await contentsOf(expected, expected));
        },
      );
    });
  });
}

function emptyBatch(from: bigint, to: bigint): ProjectionBatch {
  return { ...nothingAt(from), to };
}
