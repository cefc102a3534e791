// Names that JSON writes with a backslash, behind texts that make JSON.parse misread them: rows give back what went into them.
import type { NodeReport } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { allPages, LedgerLog, projectLog } from '@confledger/conformance';
import { canonicalJson, type JsonValue } from '@confledger/document';
import { createPool } from '@confledger/postgres';
import { freshDatabase, NAME_TRAP_CASES, setNameTrap } from '@confledger/test-support';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPostgresNodeReports } from './node-reports.js';
import { openProjectionStore } from './projection-store.js';
import { createPostgresReadModel } from './read-model.js';
import { migrateReadModel } from './schema.js';
import { verifyReadModel } from './verify.js';

const ENGINE = 'production.trading-engine';
const values = new Map(NAME_TRAP_CASES.map(([, before, trap], index) => [`list${index}`, [setNameTrap(trap, before)]]));
const expected = Object.fromEntries([...values].map(([path, value]) => [path, canonicalJson(value)]));

let location: { readonly connectionString: string };
let pool: pg.Pool;
let log: LedgerLog;

beforeAll(async () => {
  location = { connectionString: await freshDatabase() };
  await migrateReadModel(location);
  pool = createPool(location);
  log = new LedgerLog();
  log.change(ENGINE, Object.fromEntries(values), { activate: true });
  await projectLog(log, await openProjectionStore(pool, 'confledger'));
});
afterAll(() => pool.end());

/** Path by path, as canonical JSON. */
const textsOf = (rows: readonly { readonly path: string | null; readonly value: JsonValue | undefined }[]): Record<string, string> =>
  Object.fromEntries(rows.flatMap(({ path, value }) => (path === null || value === undefined ? [] : [[path, canonicalJson(value)]])));

test('the audit gives the values that were set', async () => {
  const readModel = createPostgresReadModel(location);
  const rows = await allPages((page) => readModel.audit({}, page));
  await readModel.close();
  expect(textsOf(rows.map(({ path, after }) => ({ path, value: after })))).toEqual(expected);
});

test('a projector that starts loads the documents that were projected', async () => {
  const items = (await (await openProjectionStore(pool, 'confledger')).load([`config-${ENGINE}`])).get(`config-${ENGINE}`)?.items ?? [];
  for (const of of ['head', 'active']) expect(textsOf(items.filter((item) => item.of === of))).toEqual(expected);
});

test('the read model equals a fold of the log', async () => {
  const events = createInMemoryEventStore();
  await log.appendTo(events);
  const { documentAt } = log;
  const found = [];
  for await (const discrepancy of verifyReadModel({ location, events, documentAt })) found.push(discrepancy);
  expect(found).toEqual([]);
  await events.close();
});

test.each(NAME_TRAP_CASES)('a discrepancy at the name %s behind %i others is told with the values that differ', async (_, before, trap) => {
  const other = [setNameTrap(trap, before)];
  const events = createInMemoryEventStore();
  await log.appendTo(events);
  const client = await pool.connect();
  try {
    await client.query('UPDATE confledger_read_1.items SET value = $1 WHERE of = $2 AND path = $3', [
      JSON.stringify(other),
      'head',
      'list0',
    ]);
    const { documentAt } = log;
    const found = [];
    for await (const discrepancy of verifyReadModel({ location, events, documentAt })) found.push(discrepancy);
    expect(found.map(({ what, difference }) => [what, canonicalJson(difference.after ?? null)])).toEqual([
      ['head item list0', canonicalJson(other)],
    ]);
  } finally {
    await client.query('UPDATE confledger_read_1.items SET value = $1 WHERE of = $2 AND path = $3', [expected['list0'], 'head', 'list0']);
    client.release();
    await events.close();
  }
});

test.each(NAME_TRAP_CASES)('the report of a node keeps the name %s behind %i others', async (_, before, trap) => {
  const reports = createPostgresNodeReports(pool);
  const object = setNameTrap(trap, before);
  const report: Omit<NodeReport, 'running' | 'rejected'> = {
    environment: 'production',
    service: 'engine',
    name: 'engine-7',
    state: 'ready',
    sdk: null,
    resolution: {},
    reportedAt: '2026-01-01T00:00:00.000Z',
  };
  await reports.put({ ...report, running: object as never, rejected: object as never });
  const [kept] = await reports.list({});
  expect([JSON.stringify(kept?.running), JSON.stringify(kept?.rejected)]).toEqual([JSON.stringify(object), JSON.stringify(object)]);
});
