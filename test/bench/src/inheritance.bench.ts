// How soon those that follow a parent run what it activated: 199 children of one ledger, and 500 ledgers below 100, on Postgres, beside bare
// appends of the very same events, as many at once.
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { startPostgres } from '@confledger/test-support';
import { bareAppends, followedBy } from './following.js';
import { Report, median } from './report.js';

const CHILDREN = 199;
const SERVICES = 100;
const ENVIRONMENTS = 5;
const ROUNDS = 5;
const SECONDS_MAX = 5;

const postgres = await startPostgres({ durable: true });
const report = new Report();
for (const { name, environments, services } of [
  { name: `${CHILDREN} children of one ledger`, environments: CHILDREN, services: 1 },
  { name: `${ENVIRONMENTS * SERVICES} ledgers below ${SERVICES}`, environments: ENVIRONMENTS, services: SERVICES },
]) {
  const connectionString = await postgres.createDatabase(`bench_inheritance_${environments}`);
  await migrateEventStore({ connectionString });
  const store = createPostgresEventStore({ connectionString });
  const world = await followedBy(store, { environments, services });
  const seconds: number[] = [];
  const bare: number[] = [];
  const heap: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { tookMs, events } = await world.activateParents(round);
    seconds.push(tookMs / 1_000);
    bare.push((await bareAppends(store, events)) / 1_000);
    globalThis.gc?.();
    heap.push(process.memoryUsage().heapUsed / 1024 / 1024);
  }
  await world.stop();
  await store.close();
  report.atMost(`${name}: from the activation until all run it`, median(seconds), 's', SECONDS_MAX);
  report.add(`${name}: bare appends of the same events`, median(bare), 's');
  report.add(`${name}: following / bare appends`, median(seconds) / median(bare), '×');
  report.add(`${name}: heap after the first round`, heap[0] ?? 0, 'MB');
  report.add(`${name}: heap after the last round`, heap.at(-1) ?? 0, 'MB');
}
report.save();
await postgres.stop();
