// The document as it was at an instant, over histories of growing length. The cost is that of the nearest snapshot and the
// events behind it, so that it must not grow with the history.
import { LedgerId } from '@confledger/domain';
import { createLedgerReader, createLedgers } from '@confledger/application';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { createPool } from '@confledger/postgres';
import { createPostgresSnapshotStore, migrateReadModel } from '@confledger/read-model-postgres';
import { startPostgres } from '@confledger/test-support';
import { HistoryWriter, START, signer } from './history.js';
import { Report, median, quantile } from './report.js';

const LENGTHS = [1_000, 10_000, 100_000, 1_000_000];
const READS = 200;
const PATHS = 100;

const postgres = await startPostgres();
const connectionString = await postgres.createDatabase('bench_point_in_time');
await migrateEventStore({ connectionString });
await migrateReadModel({ connectionString });
const pool = createPool({ connectionString });
const snapshots = createPostgresSnapshotStore(pool);
const store = createPostgresEventStore({ connectionString });
const reader = createLedgerReader({ store, snapshots });
const ledgers = createLedgers({ store, snapshots, clock: { now: () => Date.now() }, ids: { next: () => '' }, signer });
const history = new HistoryWriter(store, reader, 'production.engine');

const report = new Report();
const medians: number[] = [];
for (const length of LENGTHS) {
  await history.grow(length - 1, (revision) => ({ type: 'ConfigSet', data: { path: `section.leaf${revision % PATHS}`, value: revision } }));
  const samples: number[] = [];
  for (let read = 0; read < READS; read += 1) {
    const revision = 1 + Math.floor(Math.random() * (length - 1));
    const at = new Date(START + revision * 1_000).toISOString();
    const begin = performance.now();
    const found = await ledgers.read(LedgerId.of('production', 'engine'), { at });
    samples.push(performance.now() - begin);
    if (found.kind !== 'found' || found.standing.version !== revision) throw new Error(`wrong version at ${at}`);
  }
  medians.push(median(samples));
  const name = `at an instant, ${length.toLocaleString('en-US')} events`;
  if (length === LENGTHS.at(-1)) report.atMost(`${name}, median`, median(samples), 'ms', 10);
  else report.add(`${name}, median`, median(samples), 'ms');
  report.add(`${name}, p99`, quantile(samples, 0.99), 'ms');
}
report.atMost('1,000,000 events / 1,000 events', (medians.at(-1) ?? 0) / (medians[0] ?? 1), '×', 1.5);
report.save();
await store.close();
await pool.end();
await postgres.stop();
