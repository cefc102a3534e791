// The rules of activations: the part of the read model's port that shows what runs and ran, and what it is built on.
import { CursorInvalid, type LedgerWrite, type ProjectionStore, type RunningFilter } from '@confledger/application';
import { Document } from '@confledger/document';
import type { Layer } from '@confledger/domain';
import { describe, expect, test } from 'vitest';
import type { ReadModelSubject } from './read-model-audit.js';
import { allPages, projectLog } from './read-model-contents.js';
import { nothingAt } from './read-model-parking.js';

const ENGINE = 'production.trading-engine';
const PAGE = { limit: 100 };
const INHERITANCE = { kind: 'inheritance' } as const;

const layer = (ledger: string, activation: number): Layer => ({
  ledger,
  origin: `origin-${ledger}`,
  activation,
  version: activation - 1,
  digest: `digest-${activation}`,
});
const BASE = layer('base.trading-engine', 7);
const COMMON = layer('common.trading-engine', 3);

export interface ActivationsSubject extends ReadModelSubject {
  readonly store: () => ProjectionStore;
}

export function activationRules({ log, query, project, store }: ActivationsSubject): void {
  const digestOf = (version: number) => log().document(ENGINE, version)?.digest;
  const listed = async () => (await query().ledgers({}, PAGE)).items;
  const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;

  describe('activations', () => {
    test('Activations come newest first, each with its version, what it is built on and what it was made from', async () => {
      const rollback = { kind: 'rollback', version: 1, activation: 2 } as const;
      log().change(ENGINE, { a: 1 }, { activate: true });
      log().change(ENGINE, { a: 2 });
      log().activate(ENGINE, 3, { actor: 'bob', reason: 'go', on: { layers: [BASE, COMMON], digest: 'effective', definition: 4 } });
      log().activate(ENGINE, 1, {
        rollbackTo: 1,
        source: rollback,
        on: { layers: [COMMON], digest: 'before', definition: 4, pinned: true },
      });
      log().activate(ENGINE, 0, { source: INHERITANCE, on: {} });
      await project();
      const rows = await allPages((page) => query().activations(ENGINE, page), 3);
      const alice = { actor: 'alice', reason: null, rollbackTo: null, pinned: false, definition: null, restart: [], source: null };
      expect(rows).toEqual([
        { ...alice, version: 0, activation: 6, occurredAt: at(5), previousActivation: 5, ...empty, layers: [], source: INHERITANCE },
        {
          ...{ ...alice, version: 1, activation: 5, occurredAt: at(4), previousActivation: 4, rollbackTo: 1, source: rollback },
          ...{ digest: 'before', own: digestOf(1), layers: [COMMON], pinned: true, definition: 4 },
        },
        {
          ...{ ...alice, version: 3, activation: 4, actor: 'bob', reason: 'go', occurredAt: at(3), previousActivation: 2 },
          ...{ digest: 'effective', own: digestOf(3), layers: [BASE, COMMON], definition: 4 },
        },
        {
          ...{ ...alice, version: 1, activation: 2, occurredAt: at(1), previousActivation: null },
          ...{ digest: digestOf(1), own: digestOf(1), layers: [] },
        },
      ]);
      expect((await query().activations('production.other', PAGE)).items).toEqual([]);
    });

    test('An activation in a change set that was abandoned is not listed, and is none before another one', async () => {
      log().change(ENGINE, { a: 1 }, { activate: true });
      log().change(ENGINE, { a: 2, b: 2 }, { activate: true, on: {}, keep: 2 });
      log().change(ENGINE, { a: 3 });
      log().activate(ENGINE);
      await project();
      const rows = (await query().activations(ENGINE, PAGE)).items;
      expect(rows.map(({ activation, previousActivation }) => [activation, previousActivation])).toEqual([
        [6, 2],
        [2, null],
      ]);
    });

    test('The audit shows what an activation of form 2 is built on, and of every event what its change set was made from', async () => {
      log().change(ENGINE, { a: 1 }, { activate: true, source: INHERITANCE, on: { layers: [BASE], digest: 'effective', definition: 4 } });
      log().change(ENGINE, { a: 2 }, { activate: true });
      await project();
      const rows = (await query().audit({ environment: 'production' }, PAGE)).items;
      const [form1, , form2, ...changes] = rows;
      expect(form2?.detail).toMatchObject({ statement: 2, own: digestOf(1), layers: [BASE], pinned: false, definition: 4 });
      expect(Object.keys(form1?.detail ?? {}).sort()).toEqual(['digest', 'keyId', 'pending', 'previous', 'signature']);
      expect([form2, ...changes].map((row) => row?.source)).toEqual([INHERITANCE, INHERITANCE, INHERITANCE]);
      expect(form1).not.toHaveProperty('source');
    });
  });

  describe('what runs', () => {
    test('A ledger says what it runs, since when, and what that is built on', async () => {
      log().change(ENGINE, { a: 1 }, { activate: true, on: { layers: [BASE, COMMON], digest: 'effective', definition: 4 } });
      log().change(ENGINE, { a: 2 });
      await project();
      const runs = { activeOwn: digestOf(1), activeDigest: 'effective', layers: [BASE, COMMON], pinned: null, definition: 4 };
      expect(await listed()).toMatchObject([{ latest: 3, active: 1, activation: 2, activatedAt: at(1), digest: digestOf(3), ...runs }]);
    });

    test('A pinned ledger says since when and by whom: the first of the unbroken row of pinned activations', async () => {
      const pins = async () => {
        await projectLog(log(), store(), { cold: true, eventsPerBatch: 1 });
        return (await listed()).map(({ pinned }) => pinned);
      };
      log().change(ENGINE, { a: 1 }, { activate: true, on: { layers: [BASE], digest: 'x', pinned: true } });
      expect(await pins()).toEqual([{ activation: 2, actor: 'alice', occurredAt: at(1) }]);
      log().activate(ENGINE, 1, { actor: 'bob', on: { layers: [BASE], digest: 'x' } });
      expect(await pins()).toEqual([null]);
      log().activate(ENGINE, 1, { actor: 'bob', on: { layers: [BASE], digest: 'x', pinned: true } });
      log().change(ENGINE, { a: 2 }, { actor: 'carol', activate: true, on: { layers: [BASE], digest: 'y', pinned: true } });
      log().change(ENGINE, { a: 3 }, { actor: 'dave' });
      expect(await pins()).toEqual([{ activation: 4, actor: 'bob', occurredAt: at(3) }]);
      log().activate(ENGINE, 1);
      expect(await pins()).toEqual([null]);
    });

    test('A ledger that runs version 0 has no leaf of its own, and goes on from there when it is read from its rows', async () => {
      log().change(ENGINE, { a: 1 }, { activate: true });
      log().activate(ENGINE, 0, { on: { layers: [BASE], digest: BASE.digest } });
      log().change(ENGINE, { b: 1 });
      log().activate(ENGINE, 1, { on: {} });
      await projectLog(log(), store(), { cold: true, eventsPerBatch: 1 });
      const stored = (await store().load([`config-${ENGINE}`])).get(`config-${ENGINE}`);
      expect(stored?.items.filter(({ of }) => of === 'active').map(({ path }) => path)).toEqual(['a']);
      expect(await listed()).toMatchObject([{ active: 1, complete: true, layers: [], activeDigest: digestOf(1) }]);
    });

    test('Running ledgers are listed by name with what they run; retired ones too, and none that runs nothing', async () => {
      log().change('staging.engine', { a: 1 }, { activate: true, on: { layers: [BASE], digest: 'x', definition: 4, pinned: true } });
      log().change('production.engine', { a: 1 }, { activate: true });
      log().change('production.drafted', { a: 1 });
      log().retire('production.engine');
      await project();
      const own = log().document('production.engine', 1)?.digest;
      const runs = { version: 1, activation: 2, own };
      const pinned = { activation: 2, actor: 'alice', occurredAt: at(1) };
      expect((await query().running({}, PAGE)).items).toEqual([
        { ledger: 'production.engine', ...runs, digest: own, layers: [], pinned: null, definition: null, retired: true },
        { ledger: 'staging.engine', ...runs, digest: 'x', layers: [BASE], pinned, definition: 4, retired: false },
      ]);
    });

    test('Running ledgers can be cut to environments, and to one service', async () => {
      for (const ledger of ['a.x', 'a.y', 'a-b.x', 'b.x', 'b.y']) log().change(ledger, { a: 1 }, { activate: true });
      await project();
      const names = async (filter: RunningFilter) =>
        (await allPages((page) => query().running(filter, page), 1)).map(({ ledger }) => ledger);
      expect(await names({})).toEqual(['a.x', 'a.y', 'a-b.x', 'b.x', 'b.y']);
      expect(await names({ environments: ['b', 'a-b', 'c'] })).toEqual(['a-b.x', 'b.x', 'b.y']);
      expect(await names({ environments: ['b', 'a'], service: 'x' })).toEqual(['a.x', 'b.x']);
      expect(await names({ service: 'y' })).toEqual(['a.y', 'b.y']);
      expect(await names({ environments: [] })).toEqual([]);
    });

    test('Ledgers with an active version are counted, and those whose newest activation has statement 2', async () => {
      expect(await query().activeStatements()).toEqual({ active: 0, withStatement2: 0 });
      log().change('a.newer', { a: 1 }, { activate: true });
      log().change('a.newer', { a: 2 }, { activate: true, form: 2 });
      log().change('a.pending', { a: 1 }, { activate: true, form: 2 });
      log().change('a.pending', { a: 2 });
      log().change('a.older', { a: 1 }, { activate: true });
      log().change('a.idle', { a: 1 });
      log().change('a.abandoned', { a: 1, b: 1 }, { activate: true });
      log().change('a.abandoned', { a: 2, b: 2 }, { activate: true, form: 2, keep: 1 });
      log().change('a.abandoned', { a: 3 });
      await project();
      expect(await query().activeStatements()).toEqual({ active: 4, withStatement2: 2 });
    });

    test('The oldest pin is that of the ledger that is pinned longest; where none is pinned, and of retired ledgers, there is none', async () => {
      const pinned = { layers: [BASE], digest: 'x', definition: 4, pinned: true };
      log().change('testing.engine', { a: 1 }, { activate: true });
      await project();
      expect(await query().oldestPin()).toBeNull();
      log().change('staging.engine', { a: 1 }, { activate: true, on: pinned });
      log().change('production.engine', { a: 1 }, { activate: true, on: pinned });
      await project();
      const rows = (await query().running({}, PAGE)).items;
      const pinOf = (ledger: string) => rows.find((row) => row.ledger === ledger)?.pinned?.occurredAt;
      expect(pinOf('staging.engine')).not.toBe(pinOf('production.engine'));
      expect(await query().oldestPin()).toBe(pinOf('staging.engine'));
      log().retire('staging.engine');
      await project();
      expect(await query().oldestPin()).toBe(pinOf('production.engine'));
      log().change('production.engine', { a: 2 }, { activate: true, on: { ...pinned, pinned: false } });
      await project();
      expect(await query().oldestPin()).toBeNull();
    });

    test('Five thousand running ledgers are read whole, in five pages', async () => {
      const ledgers = Array.from({ length: 5_000 }, (_, index) => running(`production.service-${String(index).padStart(4, '0')}`));
      expect(await store().commit({ ...nothingAt(0n), to: 1n, ledgers })).toBe('committed');
      const rows = await allPages((page) => query().running({ environments: ['production'] }, page), 1_000);
      expect(rows.map(({ ledger }) => ledger)).toEqual(ledgers.map(({ ledger }) => ledger));
      expect(rows[4_999]?.layers).toEqual([BASE, COMMON]);
    });

    test('A cursor of the ledgers is none of the running ones', async () => {
      for (const ledger of ['a.x', 'a.y']) log().change(ledger, { a: 1 }, { activate: true });
      await project();
      const { next } = await query().ledgers({}, { limit: 1 });
      await expect(query().running({}, { limit: 1, cursor: next ?? '' })).rejects.toBeInstanceOf(CursorInvalid);
    });
  });
}

const empty = { digest: Document.empty.digest, own: Document.empty.digest };

function running(ledger: string): LedgerWrite {
  const runs = {
    latest: 1,
    active: 1,
    activation: 2,
    activatedAt: '2026-01-01T00:00:00.000Z',
    pending: 0,
    digest: 'own',
    activeOwn: 'own',
  };
  const built = { activeDigest: 'effective', layers: [BASE, COMMON], pinned: null, definition: 4 };
  return {
    ledger,
    exists: true,
    retired: false,
    schemaRevision: null,
    updatedAt: '2026-01-01T00:00:00.000Z',
    parkedAt: null,
    ...runs,
    ...built,
  };
}
