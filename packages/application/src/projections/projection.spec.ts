// Properties of the folds over seeded random histories: they agree with the domain, and do not depend on how the log was cut.
import { contentsOf, projectLog, randomLedgerLog } from '@confledger/conformance';
import { Document } from '@confledger/document';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InMemoryReadModel } from '../in-memory/read-model.js';
import type { ItemWrite } from '../ports/projection-store.js';
import { useOfStream } from './projections.js';

const seeds = fc.integer({ min: 0, max: 1_000_000 });
const LEDGERS = ['production.trading-engine', 'production.risk-gateway', 'staging.trading-engine'];

test('For every history the rows say what the domain says: head, active, pending, tags, retirement, each leaf with its revision', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const log = randomLedgerLog(seed, 40);
      const model = new InMemoryReadModel();
      await projectLog(log, model);
      for (const ledger of LEDGERS) {
        const { state, name, revision, hash } = log.state(ledger);
        if (state === null) continue;
        const stored = (await model.load([name])).get(name);
        expect(stored?.stream).toEqual({ stream: name, revision, hash, parkedAt: null });
        expect(stored?.ledger).toMatchObject({
          exists: true,
          latest: state.head.version,
          pending: state.pending,
          retired: state.retired,
          parkedAt: null,
        });
        expect(stored?.ledger).toMatchObject({
          digest: state.head.document.digest,
          active: state.active?.version ?? null,
          activeDigest: state.active?.digest ?? null,
        });
        expect(leavesIn(stored?.items, 'head')).toEqual(leavesOf(state.head.document));
        const active = state.active === null ? Document.empty : log.document(ledger, state.active.version);
        expect(leavesIn(stored?.items, 'active')).toEqual(leavesOf(active ?? Document.empty));
        const tags = [...(model.tables.tags.get(ledger)?.values() ?? [])].map(({ tag, version }) => [tag, version]);
        expect(new Map(tags as [string, number][])).toEqual(state.tags);
        expect((await model.ledgers({}, { limit: 500 })).items.some((row) => `${row.environment}.${row.service}` === ledger)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test('For every history it does not matter how the log is cut into batches, nor whether views are at hand or read back', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, fc.integer({ min: 1, max: 7 }), fc.boolean(), async (seed, eventsPerBatch, cold) => {
      const log = randomLedgerLog(seed, 40);
      const [whole, cut] = [new InMemoryReadModel(), new InMemoryReadModel()];
      await projectLog(log, whole);
      await projectLog(log, cut, { eventsPerBatch, cold });
      expect(await contentsOf(cut, cut)).toEqual(await contentsOf(whole, whole));
    }),
    { numRuns: 40 },
  );
});

test('For every history each event is in the audit once, or waits in an open change set', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const log = randomLedgerLog(seed, 40);
      const model = new InMemoryReadModel();
      await projectLog(log, model);
      const waiting = [...model.tables.buffered.values()].flat().map(({ position }) => position);
      const expected = log.stored.filter(({ stream }) => useOfStream(stream).kind === 'project').map(({ position }) => position);
      expect([...model.tables.audit.keys(), ...waiting].sort(ascending)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

function leavesIn(items: readonly ItemWrite[] | undefined, of: 'head' | 'active'): object[] {
  return (items ?? [])
    .filter((item) => item.of === of)
    .map(({ path, value, revision }) => ({ path, value, revision }))
    .sort(byPath);
}

function leavesOf(document: Document): object[] {
  return [...document.leaves()].map(({ path, value, revision }) => ({ path, value, revision })).sort(byPath);
}

const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);
const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : 1);
