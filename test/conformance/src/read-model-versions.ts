// The rules of a ledger's versions: the part of the read model's port that shows what was written and activated.
import { describe, expect, test } from 'vitest';
import { LedgerLog } from './ledger-log.js';
import type { ReadModelSubject } from './read-model-audit.js';
import { allPages } from './read-model-contents.js';

const ENGINE = 'production.trading-engine';
const RISK_GATEWAY = 'production.risk-gateway';
const PAGE = { limit: 100 };

export function versionRules({ log, query, project }: ReadModelSubject): void {
  describe('versions', () => {
    test('Versions come newest first, with author, reason, time, count, tags and activations', async () => {
      log().change(ENGINE, { a: 1, b: 2 }, { actor: 'alice', reason: 'first' });
      log().change(ENGINE, { a: undefined }, { actor: 'bob' });
      log().activate(ENGINE, 2, { actor: 'carol', reason: 'go', rollbackTo: 2 });
      log().activate(ENGINE, 3);
      log().activate(ENGINE, 2, { actor: 'dave' });
      log().tag(ENGINE, 2, 'stable');
      log().tag(ENGINE, 2, 'april');
      await project();
      const versions = await allPages((page) => query().versions(ENGINE, page), 1);
      expect(versions).toEqual([
        {
          version: 3,
          firstRevision: 3,
          actor: 'bob',
          reason: null,
          occurredAt: '2026-01-01T00:00:02.000Z',
          changeCount: 1,
          tags: [],
          activations: [{ activation: 5, actor: 'alice', reason: null, occurredAt: '2026-01-01T00:00:04.000Z', rollbackTo: null }],
        },
        {
          version: 2,
          firstRevision: 1,
          actor: 'alice',
          reason: 'first',
          occurredAt: '2026-01-01T00:00:01.000Z',
          changeCount: 2,
          tags: ['april', 'stable'],
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
      log().change(ENGINE, { a: 1 });
      log().change(ENGINE, { a: 2 });
      log().tag(ENGINE, 1, 'stable');
      log().tag(ENGINE, 2, 'stable');
      log().tag(ENGINE, 1, 'gone');
      await project();
      log().untag(ENGINE, 1, 'gone');
      await project();
      const { items } = await query().versions(ENGINE, PAGE);
      expect(items.map(({ version, tags }) => [version, tags])).toEqual([
        [2, ['stable']],
        [1, []],
      ]);
    });

    test('A change set of which one event is missing makes no version; the missing event makes it whole', async () => {
      const whole = new LedgerLog();
      whole.change(ENGINE, { a: 1, b: 2, c: 3 });
      log().stored.push(...whole.stored.slice(0, -1));
      await project();
      expect((await query().versions(ENGINE, PAGE)).items).toEqual([]);
      log().stored.push(...whole.stored.slice(-1));
      await project();
      expect((await query().versions(ENGINE, PAGE)).items).toMatchObject([{ version: 3, firstRevision: 1, changeCount: 3 }]);
    });
  });
}
