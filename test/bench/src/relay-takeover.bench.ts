// How long a relay that takes over needs until the newest activation of every ledger is in the feed: 200 ledgers with 900,000 events in
// Postgres, each with one activation that waits. With the snapshots of the api, as it was before relays had a cache of their own; without
// any; with an empty cache, as after the first start; and with the cache that an earlier relay filled.
// CONFLEDGER_BENCH_EVENTS scales it down, by fewer ledgers.
import {
  Authentication,
  createLedgerReader,
  createLedgerReads,
  createProvenActives,
  runRelay,
  type FeedPublisher,
  type RelayOptions,
  type SnapshotStore,
} from '@confledger/application';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { createPool } from '@confledger/postgres';
import { createPostgresCache, createPostgresSnapshotStore, migrateCache, migrateReadModel } from '@confledger/read-model-postgres';
import { startPostgres } from '@confledger/test-support';
import { HistoryWriter, signer } from './history.js';
import { Report, median } from './report.js';

const EVENTS_PER_LEDGER = 4_500;
const LEDGERS = Math.ceil(Number(process.env['CONFLEDGER_BENCH_EVENTS'] ?? 900_000) / EVENTS_PER_LEDGER);
const PATHS = 100;
/** Changes between two activations. */
const ACTIVATION_INTERVAL = 450;
const ROUNDS = 3;

const postgres = await startPostgres({ durable: true });
const connectionString = await postgres.createDatabase('bench_relay_takeover');
await migrateEventStore({ connectionString });
await migrateReadModel({ connectionString });
await migrateCache({ connectionString }, 'relay');
const pool = createPool({ connectionString });
const store = createPostgresEventStore({ connectionString });
const clock = { now: () => Date.now() };
const apiSnapshots = createPostgresSnapshotStore(pool);
const reader = createLedgerReader({ store, authentication: new Authentication({ authority: signer }), snapshots: apiSnapshots });

const histories = Array.from({ length: LEDGERS }, (_, index) => new HistoryWriter(store, reader, `production.engine-${index}`));

async function activate(history: HistoryWriter): Promise<void> {
  const { state, revision } = history.stream;
  const { version, document } = state?.head ?? {};
  if (version === undefined || version === null || document === undefined) throw new Error('There is nothing to activate.');
  const previous = state?.active?.version ?? null;
  await history.grow(revision + 1, () => ({
    type: 'VersionActivated',
    data: { version, previous, digest: document.digest, pending: 0 },
    statement: { form: 1 },
  }));
}

const begun = performance.now();
for (const history of histories) {
  while (history.stream.revision < EVENTS_PER_LEDGER - 2) {
    const next = Math.min(history.stream.revision + ACTIVATION_INTERVAL, EVENTS_PER_LEDGER - 3);
    await history.grow(next, (revision) => ({ type: 'ConfigSet', data: { path: `section.leaf${revision % PATHS}`, value: revision } }));
    await activate(history);
  }
}
const resume = await store.lastPosition();
for (const history of histories) await activate(history);
const last = await store.lastPosition();
console.log(`  made ${last} events in ${Math.round(performance.now() - begun)} ms`);

/** A relay from its start until every activation is published, in milliseconds. */
async function takeOver(ledgers: RelayOptions['ledgers']): Promise<number> {
  const started = performance.now();
  const stopping = new AbortController();
  const published = new Set<string>();
  const publisher: FeedPublisher = {
    takeOver: () => Promise.resolve(resume),
    publish: (activations) => {
      for (const { ledger } of activations) published.add(ledger);
      return Promise.resolve();
    },
    beat: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const onEvent: RelayOptions['onEvent'] = (event) => {
    if (event.kind === 'failed') throw event.error;
    if (event.kind === 'published' && event.position >= last) stopping.abort();
  };
  await runRelay({ events: store, ledgers, publisher, onEvent }, stopping.signal);
  if (published.size !== LEDGERS) throw new Error(`Only ${published.size} ledgers were published.`);
  return performance.now() - started;
}

const cache = createPostgresCache(pool, { part: 'relay', events: store });
const before = (snapshots: SnapshotStore | null): RelayOptions['ledgers'] =>
  createLedgerReads({ store, authority: signer, snapshots, clock });
const after = (): RelayOptions['ledgers'] => createProvenActives({ store, cache, clock, onCacheRefuted: refuted });

function refuted(ledger: string): void {
  throw new Error(`The cache of ${ledger} was refuted.`);
}

/** What a relay keeps is written behind its back. */
async function cacheIsFull(): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ count: string }>('SELECT count(DISTINCT stream) FROM confledger_relay_cache.snapshots');
    if (Number(rows[0]?.count) === LEDGERS) return;
  }
}

const report = new Report();
async function measure(name: string, rounds: number, ledgers: () => RelayOptions['ledgers']): Promise<number> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) samples.push(await takeOver(ledgers()));
  report.add(name, median(samples), 'ms');
  return median(samples);
}

report.add('events', Number(last), '');
const withApiSnapshots = await measure('before: snapshots of the api', ROUNDS, () => before(apiSnapshots));
await measure('no snapshots', 1, () => before(null));
await measure('after: an empty cache of its own', 1, after);
await cacheIsFull();
const withCache = await measure('after: the cache that an earlier relay filled', ROUNDS, after);
report.add('after / before', withCache / withApiSnapshots, '×');
report.save();
await store.close();
await pool.end();
await postgres.stop();
