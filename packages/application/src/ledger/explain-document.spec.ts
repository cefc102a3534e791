// Explanations of effective documents: through the layers of layers, and by few reads.
import type { JsonObject } from '@confledger/document';
import { LedgerId } from '@confledger/domain';
import { beforeEach, describe, expect, test } from 'vitest';
import { testInstallation, type TestApi, type TestInstallation } from '../../../../test/support/src/inheriting-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import type { EventStore } from '../ports/event-store.js';
import { ChangeSources } from './change-sources.js';
import type { ExplainSelector } from './ledgers.js';

const DESK = LedgerId.of('production', 'desk');

let given: TestInstallation;
let api: TestApi;
let reads = 0;

/** company ← region (abstract); production inherits from exchange, then region. */
beforeEach(async () => {
  const store = createInMemoryEventStore();
  const counted: EventStore = {
    ...store,
    readStream(...args) {
      reads += 1;
      return store.readStream(...args);
    },
  };
  given = await testInstallation({ store: counted });
  api = given.api();
  await api.define('company', { abstract: true });
  await api.define('region', { abstract: true, inheritsFrom: ['company'] });
  await api.define('exchange', { abstract: true });
  await api.define('production', { inheritsFrom: ['exchange', 'region'] });
});

const live = (environment: string, configuration: JsonObject) =>
  api.done(`${environment}.desk`, { type: 'Replace', configuration }, { activate: 'all' });

async function explained(selector: ExplainSelector = {}, by: TestApi = api) {
  const outcome = await by.ledgers.explain(DESK, selector);
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.message);
  return outcome;
}

/** Each leaf as its path, the ledger that it comes from, and those of what it overrides. */
async function origins(selector: ExplainSelector = {}) {
  const { leaves, sources } = await explained(selector);
  return leaves.map(({ path, source, overrides }) => [path, sources[source]?.ledger, overrides.map(({ ledger }) => ledger)]);
}

describe('a leaf', () => {
  test('comes from the ledger that set it, and overrides the others nearest first, those of one parent before those of the next', async () => {
    await live('company', { a: 1, b: 1, c: 1, d: 1 });
    await live('region', { b: 2, c: 2 });
    await live('exchange', { c: 3, d: 3 });
    await live('production', { c: 4 });
    expect(await origins()).toEqual([
      ['a', 'company.desk', []],
      ['b', 'region.desk', ['company.desk']],
      ['c', 'production.desk', ['exchange.desk', 'region.desk', 'company.desk']],
      ['d', 'exchange.desk', ['company.desk']],
    ]);
  });

  test('that is hidden is overridden by nothing, and what is set in its place overrides nothing', async () => {
    await live('company', { a: { x: 1, y: 1 }, b: 1 });
    await live('production', { $inherit: { hide: ['a'] }, a: { x: 2 } });
    expect(await origins()).toEqual([
      ['a.x', 'production.desk', []],
      ['b', 'company.desk', []],
    ]);
  });

  test('has the change, version and activation by which its ledger has it, not those of a later draft there', async () => {
    await live('company', { a: 1, b: 1 });
    const { activated } = await live('company', { a: 2, b: 2 });
    await live('production', { own: 1 });
    await api.done('company.desk', { type: 'Set', path: 'a', value: 3 });
    const { leaves, sources } = await explained({ version: 'active', path: 'a' });
    expect(leaves).toMatchObject([{ path: 'a', value: 2 }]);
    const { version, activation } = activated ?? {};
    expect(sources).toMatchObject([{ ledger: 'company.desk', version, activation, actor: 'alice', reason: 'test' }]);
    expect(sources[0]?.revision).toBe((version ?? 0) - 1);
  });

  test('of a draft has no activation where it has changed, and that which runs where it has not', async () => {
    await live('production', { a: 1, b: 1 });
    await api.done('production.desk', { type: 'Set', path: 'a', value: 2 });
    expect((await explained()).sources).toMatchObject([
      { revision: 4, activation: null },
      { revision: 2, activation: 3 },
    ]);
    expect((await explained({ version: 'active', path: 'a' })).sources).toMatchObject([{ activation: 3 }]);
  });
});

describe('sources', () => {
  const MANY = 20_000;
  const document = (count: number, value: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value]));

  test('of 20,000 leaves that one change set wrote are found by one read of it and one of its end, and known afterwards', async () => {
    await live('company', document(MANY, 1));
    await live('production', { own: 1 });
    const other = given.api();
    await explained({ version: 'active', path: 'own' }, other);
    reads = 0;
    const first = await explained({ version: 'active' }, other);
    expect([first.leaves.length, first.sources.length, first.truncated]).toEqual([MANY + 1, MANY + 1, false]);
    expect(reads).toBeLessThanOrEqual(4);
    reads = 0;
    const again = await explained({ version: 'active' }, other);
    expect(again.sources).toEqual(first.sources);
    // The read that says what runs now.
    expect(reads).toBe(1);
  });

  test('that one answer would read too often are left out, and it says so', async () => {
    await live('company', { a: 1 });
    await live('region', { b: 1 });
    await live('production', { c: 1 });
    const origin = (environment: string) => ({ ledger: `${environment}.desk`, revision: 1, activation: 2 });
    const asked = [origin('company'), origin('region'), origin('production')];
    const { sources, truncated } = await new ChangeSources(api.ledgers.reader, 2).of(asked);
    expect(truncated).toBe(true);
    expect(sources.map(({ actor, version }) => [actor, version])).toEqual([
      ['alice', 1],
      ['alice', 1],
      [null, null],
    ]);
    expect((await new ChangeSources(api.ledgers.reader, 3).of(asked)).truncated).toBe(false);
  });

  test('of changes that stand close together are read in pages', async () => {
    for (let index = 0; index < 30; index += 1) await api.done('company.desk', { type: 'Set', path: `k${index}`, value: 1 });
    await api.done('company.desk', { type: 'Activate', version: 'latest' });
    await live('production', { own: 1 });
    const other = given.api();
    await explained({ version: 'active', path: 'own' }, other);
    reads = 0;
    const { sources } = await explained({ version: 'active' }, other);
    const versions = sources.filter(({ ledger }) => ledger === 'company.desk').map(({ version }) => version);
    expect(new Set(versions).size).toBe(30);
    expect(reads).toBeLessThanOrEqual(4);
  });
});
