// The rules of the read model port and of the projection store behind it, which every adapter of the two must keep.
import { CursorInvalid, InMemoryReadModel, type ProjectionBatch, type ProjectionStore, type ReadModel } from '@confledger/application';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LedgerLog } from './ledger-log.js';
import { randomLedgerLog } from './random-ledger-log.js';
import { allPages, contentsOf, projectLog } from './read-model-contents.js';

/** An empty read model and the store that fills it. */
export interface ReadModelUnderTest {
  readonly readModel: ReadModel;
  readonly store: ProjectionStore;
  close(): Promise<void>;
}

const ENGINE = 'production.trading-engine';
const RISK_GATEWAY = 'production.risk-gateway';
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
            pending: 2,
            digest: log.document(ENGINE, 4)?.digest,
            activeDigest: log.document(ENGINE, 1)?.digest,
            updatedAt: '2026-01-01T00:00:03.000Z',
            complete: true,
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
          'production.a', 'production.trading-engine', 'production-2.a', 'staging.a', 'staging.b',
        ]);
        const some = await allPages((page) => query().ledgers({ environment: 'production' }, page), 1);
        expect(some.map(({ service }) => service)).toEqual(['a', 'trading-engine']);
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

    describe('versions', () => {
      test('Versions come newest first, with author, reason, time, count, tags and activations', async () => {
        log.change(ENGINE, { a: 1, b: 2 }, { actor: 'alice', reason: 'first' });
        log.change(ENGINE, { a: undefined }, { actor: 'bob' });
        log.activate(ENGINE, 2, { actor: 'carol', reason: 'go', rollbackTo: 2 });
        log.activate(ENGINE, 3);
        log.activate(ENGINE, 2, { actor: 'dave' });
        log.tag(ENGINE, 2, 'stable');
        log.tag(ENGINE, 2, 'april');
        await project();
        const versions = await allPages((page) => query().versions(ENGINE, page), 1);
        expect(versions).toEqual([
          {
            version: 3, firstRevision: 3, actor: 'bob', reason: null, occurredAt: '2026-01-01T00:00:02.000Z', changeCount: 1, tags: [],
            activations: [{ activation: 5, actor: 'alice', reason: null, occurredAt: '2026-01-01T00:00:04.000Z', rollbackTo: null }],
          },
          {
            version: 2, firstRevision: 1, actor: 'alice', reason: 'first', occurredAt: '2026-01-01T00:00:01.000Z', changeCount: 2, tags: ['april', 'stable'],
            activations: [
              { activation: 4, actor: 'carol', reason: 'go', occurredAt: '2026-01-01T00:00:03.000Z', rollbackTo: 2 },
              { activation: 6, actor: 'dave', reason: null, occurredAt: '2026-01-01T00:00:05.000Z', rollbackTo: null },
            ],
          },
        ]);
        expect(await query().version(ENGINE, 2)).toEqual(versions[1]);
        expect(await query().version(ENGINE, 4)).toBeNull();
        expect(await query().version(RISK_GATEWAY, 2)).toBeNull();
      });

      test('A tag that moved or was removed is where it is now, and nowhere else', async () => {
        log.change(ENGINE, { a: 1 });
        log.change(ENGINE, { a: 2 });
        log.tag(ENGINE, 1, 'stable');
        log.tag(ENGINE, 2, 'stable');
        log.tag(ENGINE, 1, 'gone');
        await project();
        log.untag(ENGINE, 1, 'gone');
        await project();
        const { items } = await query().versions(ENGINE, PAGE);
        expect(items.map(({ version, tags }) => [version, tags])).toEqual([[2, ['stable']], [1, []]]);
      });

      test('A change set of which one event is missing makes no version; the missing event makes it whole', async () => {
        const whole = new LedgerLog();
        whole.change(ENGINE, { a: 1, b: 2, c: 3 });
        log.stored.push(...whole.stored.slice(0, -1));
        await project();
        expect((await query().versions(ENGINE, PAGE)).items).toEqual([]);
        log.stored.push(...whole.stored.slice(-1));
        await project();
        expect((await query().versions(ENGINE, PAGE)).items).toMatchObject([{ version: 3, firstRevision: 1, changeCount: 3 }]);
      });
    });

    describe('audit', () => {
      test('Each event is one row, newest first, and a change has the values before and after', async () => {
        log.change(ENGINE, { a: null, b: [1, { c: 0.1 }] }, { actor: 'alice', reason: 'first' });
        log.change(ENGINE, { a: undefined, b: '1' }, { activate: true });
        await project();
        const { items } = await query().audit({}, PAGE);
        expect(items.map(({ type, path, version }) => [type, path, version])).toEqual([
          ['VersionActivated', null, 4], ['ConfigSet', 'b', 4], ['ConfigDeleted', 'a', 4], ['ConfigSet', 'b', 2], ['ConfigSet', 'a', 2], ['LedgerCreated', null, 2],
        ]);
        expect(items[2]).toEqual({
          position: 4n, environment: 'production', service: 'trading-engine', revision: 3, version: 4, type: 'ConfigDeleted', path: 'a', before: null,
          actor: 'alice', method: 'token', reason: null, occurredAt: '2026-01-01T00:00:02.000Z', commandId: 'command-2', correlationId: 'correlation-2',
          changeSet: 'set-2', abandoned: false, detail: {},
        });
        expect(items[1]).toMatchObject({ before: [1, { c: 0.1 }], after: '1' });
        expect(items[4]).toMatchObject({ after: null });
        expect(items[4]).not.toHaveProperty('before');
        expect(items[0]?.detail).toMatchObject({ previous: null, digest: log.document(ENGINE, 4)?.digest, pending: 0 });
      });

      test('A value of 256 KiB is in the row whole, and numbers keep every digit', async () => {
        const value = ['x'.repeat(262_000), 0.1, 1e21, 5e-324, -1.7976931348623157e308, 9_007_199_254_740_991];
        log.change(ENGINE, { value });
        await project();
        expect((await query().audit({ type: 'ConfigSet' }, PAGE)).items[0]?.after).toEqual(value);
      });

      test('An abandoned change set is in the audit, says so, and has no version', async () => {
        log.change(ENGINE, { a: 1 });
        log.change(ENGINE, { a: 2, b: 3 }, { keep: 1 });
        log.change(ENGINE, { a: 4 });
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
        log.change(ENGINE, { 'risk.max': 1 }, { actor: 'alice' });
        log.change(RISK_GATEWAY, { 'risk.min': 1 }, { actor: 'bob' });
        log.change('staging.trading-engine', { 'mev.tip': 1 }, { actor: 'alice' });
        log.activate(ENGINE);
        await project();
        const positions = async (filter: Parameters<ReadModel['audit']>[0]): Promise<number[]> => (await query().audit(filter, PAGE)).items.map(({ position }) => Number(position));
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
        expect(await positions({ actor: 'alice', key: '**.max', type: 'ConfigSet', environment: 'production', service: 'trading-engine' })).toEqual([2]);
      });

      test('A key is a glob over segments: escaped dots belong to a name, and nothing else is special', async () => {
        log.change(ENGINE, { 'a.b': 1, 'a\\.b': 2, 'a.b.c': 3, 'a.(b': 4, 'a%b': 5, 'a_b': 6, 'a.c\\\\d': 7 } as const, { keep: 3 });
        log.change(ENGINE, { 'a\\.b': 2, 'a.b.c': 3, 'a.(b': 4, 'a%b': 5, a_b: 6, 'a.c\\\\d': 7 });
        await project();
        const paths = async (key: string): Promise<(string | null)[]> =>
          (await query().audit({ key }, PAGE)).items.filter(({ abandoned }) => !abandoned).map(({ path }) => path).reverse();
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
        for (let index = 0; index < 40; index += 1) log.change(ENGINE, { [index % 8 === 0 ? 'wanted.x' : `other.${index}`]: index });
        await project();
        const first = await query().audit({ key: 'wanted.*' }, { limit: 3 });
        expect(first.items.map(({ after }) => after)).toEqual([32, 24, 16]);
        const second = await query().audit({ key: 'wanted.*' }, { limit: 3, cursor: first.next ?? '' });
        expect(second).toMatchObject({ items: [{ after: 8 }, { after: 0 }], next: null });
      });
    });

    describe('history', () => {
      test('The history of a path holds what happened at, above and below it, newest first, and nothing beside', async () => {
        log.change(ENGINE, { risk: {}, mev: 1 });
        log.change(ENGINE, { 'risk.limits.daily': 1, 'risk.limits.hourly': 2 });
        log.change(ENGINE, { 'risk.limitsX': 3, 'risk\\.limits': 4 });
        log.change(ENGINE, { 'risk.limits.daily': undefined, 'risk.limits.hourly': undefined, 'risk.limits': 5 });
        log.change(RISK_GATEWAY, { 'risk.limits': 6 });
        log.activate(ENGINE);
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

    describe('parked events', () => {
      test('An event that cannot be applied is parked with those behind it, its ledger is incomplete, and the others go on', async () => {
        log.change(ENGINE, { a: 1 });
        log.raw(`config-${ENGINE}`, { type: 'ConfigSet', data: '{"path":"a.b","value":1', metadata: '{}' });
        log.raw(`config-${ENGINE}`, { type: 'ConfigSet', data: '{"path":"b","value":1}', metadata: '{}' });
        log.change(RISK_GATEWAY, { a: 2 });
        await project();
        const { items } = await query().ledgers({}, PAGE);
        expect(items).toMatchObject([{ service: 'risk-gateway', complete: true, latest: 1 }, { service: 'trading-engine', complete: false, latest: 1 }]);
        const parked = await allPages((page) => query().parked(page), 1);
        expect(parked).toMatchObject([
          { position: 4n, stream: `config-${ENGINE}`, revision: 3, type: 'ConfigSet', reason: expect.stringContaining('position 3') },
          { position: 3n, stream: `config-${ENGINE}`, revision: 2, reason: expect.stringContaining('cannot be read') },
        ]);
        expect(await query().position()).toBe(6n);
      });

      test('Text that Postgres cannot hold is parked', async () => {
        const [good] = log.change(ENGINE, { a: 1 });
        const metadata = good?.metadata ?? '';
        log.raw('config-a.b', { type: 'LedgerCreated', data: '{"environment":"\\u0000","service":"b"}', metadata });
        log.raw('config-a.c', { type: 'LedgerCreated', data: '{"environment":"\\ud800","service":"b"}', metadata });
        await project();
        expect((await query().parked(PAGE)).items.map(({ reason }) => reason)).toEqual([expect.stringContaining('NUL'), expect.stringContaining('surrogate')]);
        expect((await query().ledgers({}, PAGE)).items.map(({ service, complete, updatedAt }) => [service, complete, updatedAt === null])).toEqual([
          ['b', false, true], ['c', false, true], ['trading-engine', true, false],
        ]);
      });
    });

    describe('the projection store', () => {
      test('A batch that does not continue the checkpoint is superseded and leaves nothing', async () => {
        log.change(ENGINE, { a: 1 });
        await project();
        const before = await contentsOf(model.readModel, model.store);
        expect(await model.store.commit(emptyBatch(0n, 9n))).toBe('superseded');
        expect(await model.store.commit(emptyBatch(3n, 9n))).toBe('superseded');
        expect(await contentsOf(model.readModel, model.store)).toEqual(before);
        expect(await model.store.commit(emptyBatch(2n, 9n))).toBe('committed');
        expect(await model.store.checkpoint()).toBe(9n);
      });

      test('A stream that is no ledger moves the checkpoint and nothing else', async () => {
        log.raw('installation', { type: 'InstallationCreated', data: '{}', metadata: '{}' });
        await project();
        expect(await contentsOf(model.readModel, model.store)).toEqual({ position: 1n, ledgers: [], versions: {}, audit: [], parked: [], kept: [] });
      });

      test.each([1, 2, 3])('Whatever the history (seed %i), it ends as in memory, in one batch or event by event from cold', async (seed) => {
        log = randomLedgerLog(seed, 60);
        const expected = new InMemoryReadModel();
        await projectLog(log, expected);
        await projectLog(log, model.store, { eventsPerBatch: 1, cold: true });
        expect(await contentsOf(model.readModel, model.store)).toEqual(await contentsOf(expected, expected));
      });
    });
  });
}

function emptyBatch(from: bigint, to: bigint): ProjectionBatch {
  return { from, to, environments: [], ledgers: [], items: [], itemsGone: [], versions: [], activations: [], tags: [], audit: [], settled: [], buffered: [], parked: [] };
}
