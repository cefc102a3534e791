// The rules of the audit and of a path's history: the part of the read model's port that auditors see.
import type { ReadModel } from '@confledger/application';
import { describe, expect, test } from 'vitest';
import type { LedgerLog } from './ledger-log.js';
import { allPages } from './read-model-contents.js';

/** What the suite has at hand in each test. */
export interface ReadModelSubject {
  readonly log: () => LedgerLog;
  readonly query: () => ReadModel;
  /** Projects what is new in the log. */
  readonly project: () => Promise<void>;
}

const ENGINE = 'production.trading-engine';
const RISK_GATEWAY = 'production.risk-gateway';
const PAGE = { limit: 100 };

export function auditRules({ log, query, project }: ReadModelSubject): void {
  describe('audit', () => {
    test('Each event is one row, newest first, and a change has the values before and after', async () => {
      log().change(ENGINE, { a: null, b: [1, { c: 0.1 }] }, { actor: 'alice', reason: 'first' });
      log().change(ENGINE, { a: undefined, b: '1' }, { activate: true });
      await project();
      const { items } = await query().audit({}, PAGE);
      expect(items.map(({ type, path, version }) => [type, path, version])).toEqual([
        ['VersionActivated', null, 4],
        ['ConfigSet', 'b', 4],
        ['ConfigDeleted', 'a', 4],
        ['ConfigSet', 'b', 2],
        ['ConfigSet', 'a', 2],
        ['LedgerCreated', null, 2],
      ]);
      expect(items[2]).toEqual({
        position: 4n,
        stream: 'config-production.trading-engine',
        environment: 'production',
        service: 'trading-engine',
        revision: 3,
        version: 4,
        type: 'ConfigDeleted',
        path: 'a',
        before: null,
        actor: 'alice',
        method: 'token',
        reason: null,
        occurredAt: '2026-01-01T00:00:02.000Z',
        commandId: 'command-2',
        correlationId: 'correlation-2',
        changeSet: 'set-2',
        abandoned: false,
        detail: {},
      });
      expect(items[1]).toMatchObject({ before: [1, { c: 0.1 }], after: '1' });
      expect(items[4]).toMatchObject({ after: null });
      expect(items[4]).not.toHaveProperty('before');
      expect(items[0]?.detail).toMatchObject({ previous: null, digest: log().document(ENGINE, 4)?.digest, pending: 0 });
    });

    test('A value of 512 KiB is in the row whole, and numbers keep every digit', async () => {
      const value = ['x'.repeat(524_000), 0.1, 1e21, 5e-324, -1.7976931348623157e308, 9_007_199_254_740_991];
      log().change(ENGINE, { value });
      await project();
      expect((await query().audit({ type: 'ConfigSet' }, PAGE)).items[0]?.after).toEqual(value);
    });

    test('An abandoned change set is in the audit, says so, and has no version', async () => {
      log().change(ENGINE, { a: 1 });
      log().change(ENGINE, { a: 2, b: 3 }, { keep: 1 });
      log().change(ENGINE, { a: 4 });
      await project();
      const { items } = await query().audit({}, PAGE);
      expect(items.map(({ revision, abandoned, version, before, after }) => ({ revision, abandoned, version, before, after }))).toEqual([
        { revision: 3, abandoned: false, version: 3, before: 1, after: 4 },
        { revision: 2, abandoned: true, version: null, before: 1, after: 2 },
        { revision: 1, abandoned: false, version: 1, before: undefined, after: 1 },
        { revision: 0, abandoned: false, version: 1, before: undefined, after: undefined },
      ]);
    });

    test('Each filter keeps what it says and nothing else', async () => {
      log().change(ENGINE, { 'risk.max': 1 }, { actor: 'alice' });
      log().change(RISK_GATEWAY, { 'risk.min': 1 }, { actor: 'bob' });
      log().change('staging.trading-engine', { 'mev.tip': 1 }, { actor: 'alice' });
      log().activate(ENGINE);
      await project();
      const positions = async (filter: Parameters<ReadModel['audit']>[0]): Promise<number[]> =>
        (await query().audit(filter, PAGE)).items.map(({ position }) => Number(position));
      expect(await positions({ environment: 'production' })).toEqual([7, 4, 3, 2, 1]);
      expect(await positions({ environment: 'prod' })).toEqual([]);
      expect(await positions({ service: 'trading-engine' })).toEqual([7, 6, 5, 2, 1]);
      expect(await positions({ environment: 'production', service: 'risk-gateway' })).toEqual([4, 3]);
      expect(await positions({ actor: 'bob' })).toEqual([4, 3]);
      expect(await positions({ type: 'VersionActivated' })).toEqual([7]);
      expect(await positions({ key: 'risk.*' })).toEqual([4, 2]);
      expect(await positions({ from: '2026-01-01T00:00:02.000Z' })).toEqual([7, 6, 5, 4, 3]);
      expect(await positions({ to: '2026-01-01T00:00:02.000Z' })).toEqual([2, 1]);
      expect(await positions({ from: '2026-01-01T01:00:02.000+01:00', to: '2026-01-01T00:00:02.001Z' })).toEqual([4, 3]);
      expect(
        await positions({ actor: 'alice', key: '**.max', type: 'ConfigSet', environment: 'production', service: 'trading-engine' }),
      ).toEqual([2]);
    });

    test('A key is a glob over segments: escaped dots belong to a name, and nothing else is special', async () => {
      log().change(ENGINE, { 'a.b': 1, 'a\\.b': 2, 'a.b.c': 3, 'a.(b': 4, 'a%b': 5, a_b: 6, 'a.c\\\\d': 7 } as const, { keep: 3 });
      log().change(ENGINE, { 'a\\.b': 2, 'a.b.c': 3, 'a.(b': 4, 'a%b': 5, a_b: 6, 'a.c\\\\d': 7 });
      await project();
      const paths = async (key: string): Promise<(string | null)[]> =>
        (await query().audit({ key }, PAGE)).items
          .filter(({ abandoned }) => !abandoned)
          .map(({ path }) => path)
          .reverse();
      expect(await paths('a.*')).toEqual(['a.(b', 'a.c\\\\d']);
      expect(await paths('*')).toEqual(['a\\.b', 'a%b', 'a_b']);
      expect(await paths('a.**')).toEqual(['a.b.c', 'a.(b', 'a.c\\\\d']);
      expect(await paths('**.c')).toEqual(['a.b.c']);
      expect(await paths('a\\.b')).toEqual(['a\\.b']);
      expect(await paths('a.c\\\\d')).toEqual(['a.c\\\\d']);
      expect(await paths('**')).toHaveLength(6);
      expect(await paths('a%.*')).toEqual([]);
    });

    test('Pages of a filtered audit are full until the last, whatever lies between', async () => {
      for (let index = 0; index < 40; index += 1) log().change(ENGINE, { [index % 8 === 0 ? 'wanted.x' : `other.${index}`]: index });
      await project();
      const first = await query().audit({ key: 'wanted.*' }, { limit: 3 });
      expect(first.items.map(({ after }) => after)).toEqual([32, 24, 16]);
      const second = await query().audit({ key: 'wanted.*' }, { limit: 3, cursor: first.next ?? '' });
      expect(second).toMatchObject({ items: [{ after: 8 }, { after: 0 }], next: null });
    });
  });

  describe('history', () => {
    test('The history of a path holds what happened at, above and below it, newest first, and nothing beside', async () => {
      log().change(ENGINE, { risk: {}, mev: 1 });
      log().change(ENGINE, { 'risk.limits.daily': 1, 'risk.limits.hourly': 2 });
      log().change(ENGINE, { 'risk.limitsX': 3, 'risk\\.limits': 4 });
      log().change(ENGINE, { 'risk.limits.daily': undefined, 'risk.limits.hourly': undefined, 'risk.limits': 5 });
      log().change(RISK_GATEWAY, { 'risk.limits': 6 });
      log().activate(ENGINE);
      await project();
      const rows = await allPages((page) => query().history(ENGINE, 'risk.limits', page), 2);
      expect(rows.map(({ type, path, after }) => [type, path, after])).toEqual([
        ['ConfigSet', 'risk.limits', 5],
        ['ConfigDeleted', 'risk.limits.hourly', undefined],
        ['ConfigDeleted', 'risk.limits.daily', undefined],
        ['ConfigSet', 'risk.limits.hourly', 2],
        ['ConfigSet', 'risk.limits.daily', 1],
        ['ConfigSet', 'risk', {}],
      ]);
      expect((await query().history(ENGINE, 'risk.limits.daily.deeper', PAGE)).items).toHaveLength(4);
      expect((await query().history(ENGINE, 'risk\\.limits', PAGE)).items).toMatchObject([{ after: 4 }]);
      expect((await query().history(ENGINE, 'nothing', PAGE)).items).toEqual([]);
    });
  });
}
