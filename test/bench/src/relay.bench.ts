// How quickly a relay carries what waits in the log: as it is shipped, from a long history on EventStoreDB into an empty topic, and its
// publisher alone; beside bare kafkajs that writes the same records in the same transactions. They take turns. The relay writes two topics,
// each event into the changes too; what it is compared with writes both.
import { LedgerId } from '@confledger/domain';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { keyFilesOf, makeKeys } from '@confledger/api';
import { createLedgers, ensureInstallation } from '@confledger/application';
import { openEventStoreNow } from '@confledger/event-stores';
import { eventually, startKafka, startPostgres } from '@confledger/test-support';
import type { Message } from 'kafkajs';
import { bareKafka, sizeOf } from './bare-kafka.js';
import { startChild } from './children.js';
import { startEventStore } from './event-store.js';
import { runLanes } from './lanes.js';
import { Report, median } from './report.js';
import { startService, type LogLine } from './service-process.js';
import { temporaryDirectory } from './temporary-directory.js';
import { recordsOf, transactionsOf } from './topic-records.js';

const LEDGERS = 500;
const LEAVES = 50;
const ROUNDS = 3;
const PARTITIONS = 12;
const LOOK_INTERVAL_MS = 100;
const CARRY_TIMEOUT_MS = 120_000;

const directory = temporaryDirectory();
const namespace = `bench-${randomUUID()}`;
const [postgres, kafka, eventStore] = await Promise.all([startPostgres({ durable: true }), startKafka(), startEventStore()]);
const brokers = kafka.brokers.join(',');
const bare = bareKafka(brokers);

const store = await openEventStoreNow({ kind: 'eventstoredb', url: eventStore.url, namespace }, { part: 'api', logger: console });
const [clock, ids, signer] = [{ now: () => Date.now() }, { next: () => randomUUID() }, makeKeys(keyFilesOf(directory))];
await ensureInstallation({ store, signer, ids, clock });
const ledgers = createLedgers({ store, clock, ids, signer });
const actor = { id: 'bench', method: 'token', roles: ['admin'] };
let made = 0;
await runLanes({ lanes: 10, requests: LEDGERS }, async () => {
  const ledger = (made += 1) - 1;
  const section = Object.fromEntries(Array.from({ length: LEAVES }, (_, leaf) => [`leaf${leaf}`, ledger * LEAVES + leaf]));
  const request = { actor, reason: 'bench', request: String(ledger), correlationId: 'bench', guards: { activate: 'all' as const } };
  const outcome = await ledgers.execute(
    LedgerId.of('production', `engine-${ledger}`),
    { type: 'Replace', configuration: { section } },
    request,
  );
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.message);
});
await store.close();

/** What a subscription hands over at most, and so what a transaction of changes holds. */
const CHANGES_BATCH = 1_000;

/** From the moment that it has taken the topic over until the last activation is in it, and the last event in the changes. */
async function relayMs(round: number): Promise<number> {
  const relay = await startService('relay', directory, {
    CONFLEDGER_POSTGRES_URL: await postgres.createDatabase(`bench_relay_${round}`),
    CONFLEDGER_EVENT_STORE: 'eventstoredb',
    CONFLEDGER_EVENTSTORE_URL: eventStore.url,
    CONFLEDGER_NAMESPACE: namespace,
    CONFLEDGER_KAFKA_BROKERS: brokers,
    CONFLEDGER_KAFKA_PARTITIONS: String(PARTITIONS),
    CONFLEDGER_KAFKA_REPLICATION_FACTOR: '1',
    CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS: '1',
  });
  const said = (text: string): LogLine[] => relay.logged().filter(({ msg }) => msg === text);
  // Its log is looked at, and seldom: whoever asks its health makes it ask the event store.
  const deadline = performance.now() + CARRY_TIMEOUT_MS;
  while (said('activation published').length < LEDGERS) {
    if (performance.now() > deadline) throw new Error(`the relay did not carry the history within ${CARRY_TIMEOUT_MS} ms`);
    await pause(LOOK_INTERVAL_MS);
  }
  await eventually(async () => /^confledger_changes_lag_positions 0$/m.test(await (await fetch(`${relay.url}/metrics`)).text()), {
    timeoutMs: CARRY_TIMEOUT_MS,
  });
  const carriedAt = Date.now();
  await relay.stop();
  const at = (line: LogLine | undefined): number => Date.parse(line?.time ?? '');
  return carriedAt - at(said('relay is active')[0]);
}

async function forget(topics: string[]): Promise<void> {
  const admin = bare.admin();
  await admin.connect();
  const there = (await admin.listTopics()).filter((topic) => topics.includes(topic));
  await admin.deleteTopics({ topics: there });
  await eventually(async () => !(await admin.listTopics()).some((topic) => topics.includes(topic)));
  await admin.disconnect();
}

const ofRelay = [`${namespace}.active`, `${namespace}.changes`];
await relayMs(0);
const records = await recordsOf(bare, `${namespace}.active`);
const transactions = transactionsOf(records).length;
const changes = await recordsOf(bare, `${namespace}.changes`);
const bytesOf = (messages: readonly Message[]): number => messages.reduce((sum, message) => sum + sizeOf(message), 0);
const env = { BENCH_BROKERS: brokers, BENCH_PARTITIONS: String(PARTITIONS) };
const producer = await startChild('bare-producer', { ...env, BENCH_TOPIC: `${namespace}.active` });
const changesProducer = await startChild('bare-producer', {
  ...env,
  BENCH_TOPIC: `${namespace}.changes`,
  BENCH_BATCH: String(CHANGES_BATCH),
});
const publisher = await startChild('publisher', {
  ...env,
  BENCH_EVENT_STORE: eventStore.url,
  BENCH_NAMESPACE: namespace,
  BENCH_KEYS: directory,
  BENCH_LEDGERS: String(LEDGERS),
});
const activationsAtOnce = Math.ceil(LEDGERS / transactions);
const [relays, publishers, bares, bareBoth]: [number[], number[], number[], number[]] = [[], [], [], []];
for (let round = 0; round <= ROUNDS; round += 1) {
  const { ms: published } = await publisher.ask<{ ms: number }>({ topicsOf: `${namespace}-${round}`, activationsAtOnce });
  const { ms: produced } = await producer.ask<{ ms: number }>({ topic: `${namespace}-${round}.bare` });
  const { ms: producedChanges } = await changesProducer.ask<{ ms: number }>({ topic: `${namespace}-${round}.bare-changes` });
  await forget([...ofRelay, `${namespace}-${round}.active`, `${namespace}-${round}.bare`, `${namespace}-${round}.bare-changes`]);
  const relayed = await relayMs(round + 1);
  // The first round warms up.
  if (round === 0) continue;
  publishers.push(published);
  bares.push(produced);
  bareBoth.push(produced + producedChanges);
  relays.push(relayed);
}

const report = new Report();
report.add('records of the activations', records.length, '');
report.add('records of the changes', changes.length, '');
report.add('transactions of the activations', transactions, '');
const both = [...records, ...changes];
for (const [name, written, milliseconds] of [
  ['relay, both topics', both, relays],
  ['bare kafkajs, both topics', both, bareBoth],
  ['publisher of activations alone', records, publishers],
  ['bare kafkajs, activations', records, bares],
] as const) {
  const seconds = median(milliseconds) / 1_000;
  report.add(name, written.length / seconds, 'rec/s');
  report.add(name, bytesOf(written) / 1024 / 1024 / seconds, 'MiB/s');
}
report.atLeast('relay / bare', (median(bareBoth) / median(relays)) * 100, '%', 70);
report.atLeast('publisher alone / bare', (median(bares) / median(publishers)) * 100, '%', 70);
report.save();
await Promise.all([producer.stop(), changesProducer.stop(), publisher.stop()]);
await Promise.all([postgres.stop(), kafka.stop(), eventStore.stop()]);
