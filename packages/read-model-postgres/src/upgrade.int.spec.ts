// Tables and projectors of other releases on a real Postgres: what an older one left serves, is read and is replaced; what one of them
// could not read is folded by this one, with the rows of a rebuild.
import {
  documentsOf,
  createLedgerReader,
  runProjector,
  type Discrepancy,
  type DocumentAt,
  type EventStore,
  type LedgerFilter,
  type ReadModel,
} from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import {
  allPages,
  appendEvents,
  contentsOf,
  LedgerLog,
  logOfLayout1,
  olderRelease,
  projectLog,
  randomLedgerLog,
  readModelOfLayout1,
  thisRelease,
  type ReadModelContents,
  type Release,
} from '@confledger/conformance';
import { createPool, SchemaTooNew } from '@confledger/postgres';
import { eventually, freshDatabase } from '@confledger/test-support';
import type pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openProjectionStore } from './projection-store.js';
import { createPostgresProjections } from './projections.js';
import { createPostgresReadModel } from './read-model.js';
import { rebuildReadModel } from './rebuild.js';
import { migrateReadModel } from './schema.js';
import { verifyReadModel } from './verify.js';

let connectionString: string;
let schemas = 0;
let location: { connectionString: string; schema: string };
let pool: pg.Pool;
let events: EventStore;
let readModel: ReadModel;

beforeAll(async () => {
  connectionString = await freshDatabase();
});
beforeEach(() => {
  schemas += 1;
  location = { connectionString, schema: `upgrade_${schemas}` };
  pool = createPool(location);
  events = createInMemoryEventStore();
  readModel = createPostgresReadModel(location);
});
afterEach(async () => {
  await readModel.close();
  await pool.end();
  await events.close();
});

const store = () => openProjectionStore(pool, location.schema);
const documentAt: DocumentAt = (ledger, version) => documentsOf(createLedgerReader({ store: events }))(ledger, version);
const sources = () => ({ location, events, documentAt });

async function discrepancies(): Promise<Discrepancy[]> {
  const found: Discrepancy[] = [];
  for await (const discrepancy of verifyReadModel(sources())) found.push(discrepancy);
  return found;
}

/** Runs a projector of a release until the condition holds. */
async function run(release: Release, condition: () => Promise<boolean>): Promise<void> {
  const projections = createPostgresProjections(location);
  const stopping = new AbortController();
  const ended = runProjector({ events, ...projections, documentAt, retryDelayMs: 5, ...release }, stopping.signal);
  try {
    await eventually(condition);
  } finally {
    stopping.abort();
    await ended;
    await projections.close();
  }
}

describe('tables of layout 1', () => {
  /** Without the words of a refusal, which each release chooses, and without what layout 1 did not keep. */
  const comparable = ({ checkpoint: _, audit, ledgers, parked, parkedStreams: __, stored: ___, ...rest }: ReadModelContents) => ({
    ...rest,
    ledgers: ledgers.map(({ parked: _____, ...row }) => row),
    audit: audit.filter(({ environment }) => environment !== null),
    parked: parked.map(({ reason: ____, ...row }) => row),
  });

  beforeEach(async () => {
    await pool.query(readModelOfLayout1(location.schema));
    await appendEvents(events, logOfLayout1());
  });

  test('Serve until they are rebuilt, and answer the same afterwards', async () => {
    expect(await migrateReadModel(location)).toBe('outdated');
    // Views are of no use to this release until the tables are rebuilt.
    const before = comparable(await contentsOf(readModel, { ...(await store()), load: () => Promise.resolve(new Map()) }));
    expect(before.ledgers).toHaveLength(4);
    expect(before.parked).toHaveLength(2);
    expect(await readModel.parkedStreams({ limit: 10 })).toEqual({ items: [], next: null, position: before.position });

    await rebuildReadModel(sources());
    expect(await migrateReadModel(location)).toBe('current');
    expect(comparable(await contentsOf(readModel, await store()))).toEqual(before);
    expect((await readModel.parkedStreams({ limit: 10 })).items).toMatchObject([
      { stream: 'config-staging.trading-engine', revision: 2, position: 22n },
    ]);
    expect(await discrepancies()).toEqual([]);
  });

  test('Say how far they are, without a mark, and take no row of this release', async () => {
    const old = await store();
    expect(await old.checkpoint()).toEqual({ position: BigInt(logOfLayout1().length), mark: null });
    expect(await old.countParkedStreams()).toBe(0);
    const log = randomLedgerLog(1, 3);
    await expect(projectLog(log, { ...old, checkpoint: () => Promise.resolve({ position: 0n, mark: null }) })).rejects.toThrow(
      'rebuild it',
    );
    await expect(discrepancies()).rejects.toThrow('layout 1');
  });
});

/** Columns that came with layout 5, by their tables. */
const CAME_WITH_5 = {
  ledgers: ['activated_at', 'active_own', 'layers', 'definition', 'pinned', 'pinned_by', 'pinned_at'],
  activations: ['previous_activation', 'digest', 'own', 'layers', 'pinned', 'definition', 'source'],
  audit: ['source'],
};

/** Makes tables of this release those of an older layout: without the columns that came later. */
async function layOutAs(layout: number, came: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const { schema } = location;
  const dropped = Object.entries(came).map(([table, columns]) => {
    const drops = columns.map((column) => `DROP COLUMN ${column}`).join(', ');
    return `DROP VIEW ${schema}.${table}; ALTER TABLE ${schema}_read_1.${table} ${drops};
      CREATE VIEW ${schema}.${table} AS SELECT * FROM ${schema}_read_1.${table};`;
  });
  await pool.query(`${dropped.join('\n')} UPDATE ${schema}.read_model SET layout = ${layout}`);
}

describe('tables of layout 4', () => {
  const ENGINE = 'production.engine';

  /** What this release answers from them. */
  const answers = async () => ({
    ledgers: (await readModel.ledgers({}, { limit: 10 })).items,
    running: (await readModel.running({ environments: ['production'] }, { limit: 10 })).items,
    activations: await allPages((page) => readModel.activations(ENGINE, page), 1),
    audit: (await readModel.audit({}, { limit: 30 })).items,
    history: (await readModel.history(ENGINE, 'a', { limit: 10 })).items,
  });

  test('Serve until they are rebuilt, and answer the same afterwards: what ran was built on the own document alone', async () => {
    await migrateReadModel(location);
    const log = new LedgerLog();
    log.installation();
    log.change(ENGINE, { a: 1 }, { activate: true });
    log.change(ENGINE, { a: 2, b: 1 }, { activate: true, keep: 1 });
    log.change(ENGINE, { a: 3 }, { activate: true, form: 2 });
    log.change('production.drafted', { a: 1 });
    log.change('production.mistake', { a: 1 }, { activate: true });
    log.retire('production.mistake');
    log.activate(ENGINE, 1, { actor: 'bob', reason: 'back', rollbackTo: 1 });
    await log.appendTo(events);
    await projectLog(log, await store());
    const expected = await answers();
    await layOutAs(4, CAME_WITH_5);

    expect(await migrateReadModel(location)).toBe('outdated');
    expect(await answers()).toEqual(expected);
    expect(await readModel.oldestPin()).toBeNull();
    expect(expected.activations).toHaveLength(3);

    await rebuildReadModel(sources());
    expect(await migrateReadModel(location)).toBe('current');
    expect(await answers()).toEqual(expected);
    expect(await discrepancies()).toEqual([]);
  });
});

describe('tables of layout 3', () => {
  const [RUNNING, MISTAKE] = ['production.engine', 'production.mistake'];
  const retirements = olderRelease({ types: ['LedgerRetired', 'LedgerRestored'] });
  const listed = async (filter: LedgerFilter) =>
    (await readModel.ledgers(filter, { limit: 10 })).items.map(({ service, retired, latest, complete }) => [
      service,
      retired,
      latest,
      complete,
    ]);

  /** Filled by a projector of that release, which knows no retirement, from a log that holds one. */
  beforeEach(async () => {
    await migrateReadModel(location);
    const log = new LedgerLog();
    for (const ledger of [RUNNING, MISTAKE]) log.change(ledger, { a: 1 }, { activate: true });
    log.retire(MISTAKE);
    await log.appendTo(events);
    const last = log.stored.at(-1)?.position ?? 0n;
    await run(retirements, async () => (await readModel.position()) === last);
    await layOutAs(3, { ...CAME_WITH_5, ledgers: [...CAME_WITH_5.ledgers, 'retired'] });
  });

  test('Serve until they are rebuilt: no ledger is retired, and one that a newer release retired is incomplete', async () => {
    expect(await migrateReadModel(location)).toBe('outdated');
    const both = [
      ['engine', false, 1, true],
      ['mistake', false, 1, false],
    ];
    expect(await listed({})).toEqual(both);
    expect(await readModel.oldestPin()).toBeNull();
    expect(await listed({ retired: false })).toEqual(both);
    expect(await listed({ retired: true })).toEqual([]);

    await rebuildReadModel(sources());
    expect(await migrateReadModel(location)).toBe('current');
    expect(await listed({ retired: false })).toEqual([['engine', false, 1, true]]);
    expect(await listed({ retired: true })).toEqual([['mistake', true, 1, true]]);
    expect(await discrepancies()).toEqual([]);
  });
});

test('A ledger that an older release parked at its retirement is retired once a projector of this release has run', async () => {
  await migrateReadModel(location);
  const log = new LedgerLog();
  log.change('production.mistake', { a: 1 });
  log.retire('production.mistake');
  await log.appendTo(events);
  const rows = async () => (await readModel.ledgers({ retired: true }, { limit: 10 })).items;
  await run(olderRelease({ types: ['LedgerRetired'] }), async () => (await readModel.position()) === 3n);
  expect(await rows()).toEqual([]);
  await run(thisRelease, async () => (await (await store()).countParkedStreams()) === 0);
  expect(await rows()).toMatchObject([{ service: 'mistake', retired: true, complete: true }]);
  expect(await discrepancies()).toEqual([]);
});

test('A projector of layout 1 cannot move the checkpoint of newer tables', async () => {
  await migrateReadModel(location);
  const move = `UPDATE ${location.schema}_read_1.checkpoint SET position = 1 WHERE position = 0`;
  await expect(pool.query(move)).rejects.toMatchObject({ code: '23514' });
});

test('A projector writes nothing into tables of a newer layout, and says which release is needed', async () => {
  await migrateReadModel(location);
  await pool.query(`UPDATE ${location.schema}.read_model SET layout = layout + 1`);
  await expect(projectLog(randomLedgerLog(1, 3), await store())).rejects.toBeInstanceOf(SchemaTooNew);
});

test('After an upgrade verify finds nothing, and neither do queries: parked streams are folded as a rebuild folds them', async () => {
  await migrateReadModel(location);
  const log = randomLedgerLog(5, 80);
  log.raw('access-control', { type: 'RoleGranted', data: '{}', metadata: '{}' });
  log.change('staging.trading-engine', { a: 1, b: 2 }, { keep: 1 });
  // The one that named its environment first is parked, and another one seems to have named it.
  for (const ledger of ['testing.first', 'testing.second']) log.change(ledger, { a: 1 });
  await log.appendTo(events);
  const last = log.stored.at(-1)?.position ?? 0n;
  const older = olderRelease({
    types: ['VersionActivated'],
    streams: ['config-production.risk-gateway', 'config-testing.first', 'installation'],
  });
  await run(older, async () => (await readModel.position()) === last);
  expect(await (await store()).countParkedStreams()).toBeGreaterThan(3);
  expect((await discrepancies()).length).toBeGreaterThan(0);

  await run(thisRelease, async () => (await (await store()).countParkedStreams()) === 1);
  expect(await discrepancies()).toEqual([]);
  const resumed = await contentsOf(readModel, await store());
  await rebuildReadModel(sources());
  expect(await contentsOf(readModel, await store())).toEqual(resumed);
});
