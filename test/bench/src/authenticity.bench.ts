// What it costs that every event is checked: a cold load of 10,000 events with hashes, chain and mac against one that trusts what it reads,
// and the processor time of a command with a mac against one without. Both in turns, in the same run.
import { Authentication, createLedgerReader, createLedgers, StreamReader, type EventStore } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { LedgerId, ledgerAggregate } from '@confledger/domain';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { startPostgres } from '@confledger/test-support';
import { HistoryWriter, signer } from './history.js';
import { Report, median } from './report.js';

const EVENTS = 10_000;
const PATHS = 1_000;
const LOADS = 21;
const COMMANDS = 10_000;
const ROUNDS = 9;
const ID = LedgerId.of('production', 'engine');

/** Checks nothing: as releases before macs read. */
class Trusting extends Authentication {
  override content(): void {}
  override sealed(): void {}
  override changeSet(): void {}
  override mac(): void {}
}

const postgres = await startPostgres();
const connectionString = await postgres.createDatabase('bench_authenticity');
await migrateEventStore({ connectionString });
const store = createPostgresEventStore({ connectionString });
const history = new HistoryWriter(store, createLedgerReader({ store }), `${ID.environment}.${ID.service}`);
await history.grow(EVENTS - 1, (revision) => ({
  type: 'ConfigSet',
  data: { path: `section${revision % 50}.leaf${revision % PATHS}`, value: revision },
}));

const report = new Report();
const memory = createInMemoryEventStore();
for (let from = 0; from < EVENTS; from += 500) {
  const page = await store.readStream(ID.stream, { from, direction: 'forwards', limit: 500 });
  await memory.append(ID.stream, from - 1, page);
}
await loads('from Postgres', store);
await loads('in memory', memory);
await commands();
report.save();
await store.close();
await postgres.stop();

async function loads(where: string, from: EventStore): Promise<void> {
  const checking = new StreamReader(ledgerAggregate, { store: from, authentication: new Authentication({ authority: signer }) });
  const trusting = new StreamReader(ledgerAggregate, { store: from, authentication: new Trusting({ authority: null }) });
  const [checked = 0, trusted = 0] = await inTurns(LOADS, [() => wallMs(() => checking.end(ID)), () => wallMs(() => trusting.end(ID))]);
  report.add(`cold load ${where}, 10,000 events, checked`, checked, 'ms');
  report.add(`cold load ${where}, 10,000 events, trusted`, trusted, 'ms');
  report.atMost(`cold load ${where}, checked / trusted`, (checked / trusted) * 100, '%', where === 'in memory' ? 130 : 110);
}

async function commands(): Promise<void> {
  const [withMac = 0, without = 0] = await inTurns(ROUNDS, [
    () => commandsCpuUs(signer),
    () => commandsCpuUs({ ...signer, mac: () => '0'.repeat(64) }),
  ]);
  report.add('command, processor time with a mac', withMac, 'µs');
  report.add('command, processor time without', without, 'µs');
  report.atMost('command, with a mac / without', (withMac / without) * 100, '%', 105);
}

async function commandsCpuUs(keys: typeof signer): Promise<number> {
  let id = 0;
  const ledgers = createLedgers({
    store: createInMemoryEventStore(),
    clock: { now: () => Date.now() },
    ids: { next: () => `00000000-0000-4000-8000-${String((id += 1)).padStart(12, '0')}` },
    signer: keys,
  });
  let sent = 0;
  const client = async (): Promise<void> => {
    while (sent < COMMANDS) {
      sent += 1;
      const request = { actor: { id: 'bench', method: 'token', roles: [] }, reason: null, request: String(sent), correlationId: 'bench' };
      await ledgers.execute(ID, { type: 'Set', path: 'section7.leaf7', value: sent }, { ...request, guards: {} });
    }
  };
  return ((await cpuMs(() => Promise.all(Array.from({ length: 64 }, client)))) * 1_000) / COMMANDS;
}

async function wallMs(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The median of each, measured in turns so that what else the machine does meets all alike. */
async function inTurns(rounds: number, each: readonly (() => Promise<number>)[]): Promise<number[]> {
  const samples = each.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) for (const [index, measure] of each.entries()) samples[index]?.push(await measure());
  return samples.map((all) => median(all));
}
