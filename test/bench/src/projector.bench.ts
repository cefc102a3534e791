// How quickly the log becomes rows (projector, and rebuild beside a serving read model), against a bare multi-row insert of
// the very rows that come out, into tables of the same shape and indexes on the same Postgres.
import { createLedgerReader, createLedgers, documentsOf, LogFolder, readLog } from '@confledger/application';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { createPostgresProjections, migrateReadModel, rebuildReadModel } from '@confledger/read-model-postgres';
import { startPostgres } from '@confledger/test-support';
import pg from 'pg';
import { HistoryWriter, signer } from './history.js';
import { Report } from './report.js';

const EVENTS = 60_000;
const LEDGERS = 3;
const ROWS_IN_INSERT = 1_000;
/** Per cent. */
const SHARE_MIN = 60;

const postgres = await startPostgres({ durable: true });
const connectionString = await postgres.createDatabase('bench_projector');
await migrateEventStore({ connectionString });
await migrateReadModel({ connectionString });
const store = createPostgresEventStore({ connectionString });
const reader = createLedgerReader({ store });
for (let ledger = 0; ledger < LEDGERS; ledger += 1) {
  const history = new HistoryWriter(store, reader, `production.engine-${ledger}`);
  await history.grow(EVENTS / LEDGERS - 1, (revision) => ({
    type: 'ConfigSet',
    data: { path: `section${revision % 50}.leaf${revision % 10_000}`, value: revision },
  }));
}
const ledgers = createLedgers({ store, clock: { now: () => Date.now() }, ids: { next: () => '' }, signer });
const documentAt = documentsOf(ledgers.reader);

const projections = createPostgresProjections({ connectionString });
const folder = new LogFolder({ store: await projections.store(), documentAt, at: 0n });
let begin = performance.now();
for await (const events of readLog(store, 0n, 1_000)) await folder.push(events);
await folder.flush();
const projected = EVENTS / ((performance.now() - begin) / 1_000);

begin = performance.now();
const generation = await rebuildReadModel({ location: { connectionString }, events: store, documentAt });
const rebuilt = EVENTS / ((performance.now() - begin) / 1_000);

const client = new pg.Client({ connectionString });
await client.connect();
const { rows: tables } = await client.query<{ schemaname: string; tablename: string }>(
  `SELECT schemaname, tablename FROM pg_tables WHERE tablename IN ('audit', 'items', 'versions', 'ledgers') AND schemaname LIKE $1`,
  [`%${generation}`],
);
if (tables.length === 0) throw new Error(`no tables of generation ${generation}`);
let rowCount = 0;
let bareSeconds = 0;
for (const { schemaname, tablename } of tables) {
  const { rows } = await client.query<{ row: unknown }>(`SELECT row_to_json(t) AS row FROM "${schemaname}"."${tablename}" t`);
  await client.query(`CREATE TABLE bare_${tablename} (LIKE "${schemaname}"."${tablename}" INCLUDING ALL)`);
  rowCount += rows.length;
  begin = performance.now();
  for (let from = 0; from < rows.length; from += ROWS_IN_INSERT) {
    const batch = JSON.stringify(rows.slice(from, from + ROWS_IN_INSERT).map((each) => each.row));
    await client.query(`INSERT INTO bare_${tablename} SELECT * FROM json_populate_recordset(NULL::bare_${tablename}, $1)`, [batch]);
  }
  bareSeconds += (performance.now() - begin) / 1_000;
}
const report = new Report();
report.add('projector', projected, 'ev/s');
report.add('rebuild', rebuilt, 'ev/s');
report.add('bare multi-row insert of the same rows, as events', EVENTS / bareSeconds, 'ev/s');
report.add('rows that come out', rowCount, 'rows');
report.atLeast('projector / bare insert', (projected / (EVENTS / bareSeconds)) * 100, '%', SHARE_MIN);
report.atLeast('rebuild / bare insert', (rebuilt / (EVENTS / bareSeconds)) * 100, '%', SHARE_MIN);
report.save();
await client.end();
await projections.close();
await store.close();
await postgres.stop();
