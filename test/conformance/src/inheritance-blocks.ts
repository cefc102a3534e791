// The rules of the port to ledgers that cannot follow their parents.
import {
  BLOCK_DETAILS_MAX,
  BLOCK_MESSAGE_CHARACTERS_MAX,
  type InheritanceBlock,
  type InheritanceBlockFilter,
  type InheritanceBlocks,
} from '@confledger/application';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

export interface InheritanceBlocksUnderTest {
  readonly blocks: InheritanceBlocks;
  close(): Promise<void>;
}

const detail = { path: 'risk.max', rule: 'maximum', message: 'must be at most 10', remedy: 'Send a smaller value' };
const base: InheritanceBlock = {
  ledger: 'staging.trading-engine',
  since: '2026-01-01T00:00:01.000Z',
  checkedAt: '2026-01-01T00:00:01.000Z',
  code: 'VALIDATION_ERROR',
  message: 'It would not be valid',
  details: [detail, { ...detail, path: null }],
  layers: [
    { ledger: 'base.trading-engine', activation: 7 },
    { ledger: 'common.trading-engine', activation: 3 },
  ],
};

export function inheritanceBlocksConformance(name: string, make: () => Promise<InheritanceBlocksUnderTest>): void {
  describe(`${name} as blocked ledgers`, () => {
    let subject: InheritanceBlocksUnderTest;
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(async () => {
      await subject.close();
    });
    const listed = (filter: InheritanceBlockFilter = {}) => subject.blocks.list(filter);

    test('Where nothing is blocked the list is empty, and clearing does nothing', async () => {
      await subject.blocks.clear(base.ledger);
      expect(await listed()).toEqual([]);
    });

    test('A row comes back as it was put, also one without details and layers', async () => {
      const bare = { ...base, ledger: 'testing.trading-engine', details: [], layers: [] };
      await subject.blocks.put(base);
      await subject.blocks.put(bare);
      expect(await listed()).toEqual([base, bare]);
    });

    test('A later refusal replaces what stands there, and keeps since when the ledger is blocked', async () => {
      const later = { ...base, since: '2026-01-01T00:01:00.000Z', checkedAt: '2026-01-01T00:01:00.000Z', code: 'DOCUMENT_TOO_LARGE' };
      await subject.blocks.put(base);
      await subject.blocks.put({ ...later, message: 'too large', details: [], layers: [] });
      expect(await listed()).toEqual([{ ...later, since: base.since, message: 'too large', details: [], layers: [] }]);
    });

    test('A ledger that was cleared is not listed, the others are; blocked again it has a new beginning', async () => {
      const again = { ...base, since: '2026-01-01T00:02:00.000Z', checkedAt: '2026-01-01T00:02:00.000Z' };
      await subject.blocks.put(base);
      await subject.blocks.put({ ...base, ledger: 'staging.risk-gateway' });
      await subject.blocks.clear(base.ledger);
      expect((await listed()).map(({ ledger }) => ledger)).toEqual(['staging.risk-gateway']);
      await subject.blocks.put(again);
      expect((await listed({ service: 'trading-engine' })).map(({ since }) => since)).toEqual([again.since]);
    });

    test('The list is ordered by environment, then service, and can be cut to each of them', async () => {
      for (const ledger of ['staging.b', 'a-b.x', 'a.z', 'staging.a', 'a.b']) await subject.blocks.put({ ...base, ledger });
      const names = async (filter: InheritanceBlockFilter) => (await listed(filter)).map(({ ledger }) => ledger);
      expect(await names({})).toEqual(['a.b', 'a.z', 'a-b.x', 'staging.a', 'staging.b']);
      expect(await names({ environment: 'a' })).toEqual(['a.b', 'a.z']);
      expect(await names({ service: 'b' })).toEqual(['a.b', 'staging.b']);
      expect(await names({ environment: 'staging', service: 'a' })).toEqual(['staging.a']);
      expect(await names({ environment: 'stag' })).toEqual([]);
    });

    test('A row keeps no more than its limits: a long message is cut, and so are many details', async () => {
      const details = Array.from({ length: BLOCK_DETAILS_MAX + 1 }, (_, index) => ({ ...detail, path: `path${index}` }));
      await subject.blocks.put({ ...base, message: 'x'.repeat(BLOCK_MESSAGE_CHARACTERS_MAX + 1), details });
      const [row] = await listed();
      expect(row?.message).toHaveLength(BLOCK_MESSAGE_CHARACTERS_MAX);
      expect(row?.details).toEqual(details.slice(0, BLOCK_DETAILS_MAX));
    });
  });
}
