// The verification of a whole log, in events a second, against a bare scan of the same log in the same run.
import { createLedgerReader, createLedgers, ensureInstallation, verifyLog, type Keys } from '@confledger/application';
import { LedgerId } from '@confledger/domain';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { SigningKey, startPostgres } from '@confledger/test-support';
import { HistoryWriter, signer } from './history.js';
import { Report, median } from './report.js';

const LEDGERS = 4;
const EVENTS_OF_LEDGER = 10_000;
const PATHS = 1_000;
const PAGE_EVENTS = 500;
const ROUNDS = 5;

const postgres = await startPostgres();
const connectionString = await postgres.createDatabase('bench_verify');
await migrateEventStore({ connectionString });
const store = createPostgresEventStore({ connectionString });
const signing = new SigningKey();
const { keyId, publicKey } = signing;
/** Activations are signed with a real key; macs are those of the histories. */
const keys: Keys = { ...signer, keyId, publicKey, sign: (statement) => signing.sign(statement) };
const ids = { next: () => crypto.randomUUID() };
const clock = { now: () => Date.now() };
await ensureInstallation({ store, signer: keys, ids, clock });
const ledgers = createLedgers({ store, signer: keys, ids, clock });
for (let ledger = 0; ledger < LEDGERS; ledger += 1) {
  const history = new HistoryWriter(store, createLedgerReader({ store }), `production.engine-${ledger}`);
  await history.grow(EVENTS_OF_LEDGER - 1, (revision) => ({
    type: 'ConfigSet',
    data: { path: `section${revision % 50}.leaf${revision % PATHS}`, value: revision },
  }));
  const request = { actor: { id: 'bench', method: 'token', roles: [] }, reason: null, request: '', correlationId: '', guards: {} };
  await ledgers.execute(LedgerId.of('production', `engine-${ledger}`), { type: 'Activate', version: 'latest' }, request);
}

const samples = { scan: [] as number[], verified: [] as number[], withoutKeys: [] as number[] };
/** Of each ledger one more, its activation; three of the installation. */
const events = LEDGERS * (EVENTS_OF_LEDGER + 1) + 3;
for (let round = 0; round < ROUNDS; round += 1) {
  samples.scan.push(await eventsPerSecond(scan));
  samples.verified.push(await eventsPerSecond(() => verify(keys)));
  samples.withoutKeys.push(await eventsPerSecond(() => verify(null)));
}
const report = new Report();
report.add('bare scan of the log by pages', median(samples.scan), 'events/s');
report.add('verification, with the keys', median(samples.verified), 'events/s');
report.add('verification, without the keys', median(samples.withoutKeys), 'events/s');
report.add('verification / bare scan', (median(samples.verified) / median(samples.scan)) * 100, '%');
report.save();
await store.close();
await postgres.stop();

async function scan(): Promise<number> {
  let read = 0;
  for (let after = 0n; ;) {
    const page = await store.readAll({ after, limit: PAGE_EVENTS });
    const last = page.at(-1);
    if (last === undefined) return read;
    read += page.length;
    after = last.position;
  }
}

async function verify(authority: Keys | null): Promise<number> {
  for await (const event of verifyLog({ store, authority, publicKey: keys.publicKey })) {
    if (event.kind === 'finding') throw new Error(`${event.stream} ${event.revision}: ${event.reason}`);
    if (event.kind === 'result') return event.events;
  }
  throw new Error('there was no result');
}

async function eventsPerSecond(work: () => Promise<number>): Promise<number> {
  const begin = performance.now();
  const read = await work();
  if (read !== events) throw new Error(`${read} events were read of ${events}`);
  return (read * 1_000) / (performance.now() - begin);
}
