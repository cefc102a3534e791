// From the moment a client sends a change with `activate: true` to the moment a node in another process has swapped its snapshot, over
// EventStoreDB and Kafka with the services as they are shipped; beside a bare append and a bare transaction of the same bytes.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openEventStoreNow } from '@confledger/event-stores';
import { eventually, startKafka, startPostgres } from '@confledger/test-support';
import { BareStream, bareClient } from './bare-append.js';
import { bareKafka, bareProducer, makeTopic, produce } from './bare-kafka.js';
import { startChild } from './children.js';
import { startEventStore } from './event-store.js';
import { Connection } from './load.js';
import { Report, median, quantile } from './report.js';
import { startService } from './service-process.js';
import { temporaryDirectory } from './temporary-directory.js';
import { recordsOf, transactionsOf } from './topic-records.js';

const ROUNDS = 8;
const EACH = 60;
const WARM_UP = 200;
const IN_A_ROW = 200;
const ROWS = 5;
const PARTITIONS = 12;

const directory = temporaryDirectory();
const namespace = `bench-${randomUUID()}`;
const [postgres, kafka, eventStore] = await Promise.all([startPostgres({ durable: true }), startKafka(), startEventStore()]);
const brokers = kafka.brokers.join(',');
const settings = {
  CONFLEDGER_POSTGRES_URL: await postgres.createDatabase('bench_distributed'),
  CONFLEDGER_EVENT_STORE: 'eventstoredb',
  CONFLEDGER_EVENTSTORE_URL: eventStore.url,
  CONFLEDGER_NAMESPACE: namespace,
};
const api = await startService('api', directory, { ...settings, CONFLEDGER_DATA_DIR: directory, CONFLEDGER_FEED: 'none' });
const relay = await startService('relay', directory, {
  ...settings,
  CONFLEDGER_KAFKA_BROKERS: brokers,
  CONFLEDGER_KAFKA_PARTITIONS: String(PARTITIONS),
  CONFLEDGER_KAFKA_REPLICATION_FACTOR: '1',
  CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS: '1',
});
const token = readFileSync(path.join(directory, 'admin.token'), 'utf8').trim();
const connection = await Connection.open(api.url, { authorization: `Bearer ${token}` });
let value = 100_000;
/** Answers the version that it made. */
async function put(): Promise<number> {
  const { status, body } = await connection.request(
    'PUT',
    '/api/v1/configurations/engine/risk.max?activate=true',
    `{"value":${(value += 1)}}`,
  );
  if (status >= 300) throw new Error(body);
  return (JSON.parse(body) as { readonly data: { readonly version: number } }).data.version;
}

await put();
await eventually(() => relay.logged().some(({ msg }) => msg === 'activation published'), { timeoutMs: 30_000 });
const { body: status } = await connection.request('GET', '/api/v1/status');
const publicKey = /"publicKey":"([^"]+)"/.exec(status)?.[1] ?? '';
const node = await startChild('kafka-node', { BENCH_BROKERS: brokers, BENCH_NAMESPACE: namespace, BENCH_PUBLIC_KEY: publicKey });

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
let onSwap: (version: number, at: number) => void = () => undefined;
node.on((message) => {
  if (typeof message === 'object' && message !== null && 'swapped' in message && 'at' in message)
    onSwap(Number(message.swapped), Number(message.at));
});

interface Way {
  readonly answerMs: number;
  readonly swapMs: number;
}

async function activate(): Promise<Way> {
  const swapped = new Promise<number>((resolve) => (onSwap = (_, at) => resolve(at)));
  const sent = now();
  await put();
  const answered = now();
  return { answerMs: answered - sent, swapMs: (await swapped) - sent };
}

/** Many, each sent when the one before was answered; the node may skip some. */
async function activateInARow(): Promise<{ readonly eachMs: number; readonly commandsMs: number; readonly lagsMs: number[] }> {
  const swaps = new Map<number, number>();
  onSwap = (version, at) => void swaps.set(version, at);
  const sent = new Map<number, number>();
  const begin = now();
  let last = 0;
  for (let turn = 0; turn < IN_A_ROW; turn += 1) {
    const at = now();
    last = await put();
    sent.set(last, at);
  }
  const answered = now();
  await eventually(() => swaps.has(last), { timeoutMs: 30_000 });
  const lagsMs = [...swaps].flatMap(([version, at]) => (sent.has(version) ? [at - (sent.get(version) ?? at)] : []));
  return { eachMs: ((swaps.get(last) ?? 0) - begin) / IN_A_ROW, commandsMs: (answered - begin) / IN_A_ROW, lagsMs };
}

for (let turn = 0; turn < WARM_UP; turn += 1) await activate();

const store = await openEventStoreNow({ kind: 'eventstoredb', url: eventStore.url, namespace }, { part: 'api', logger: console });
const events = await store.readStream('config-production.engine', { direction: 'backwards', limit: 2 });
await store.close();
const client = bareClient(eventStore.url);
const stream = new BareStream(client, `${namespace}-bare`, events.toReversed());
async function append(): Promise<number> {
  const begin = now();
  await stream.append();
  return now() - begin;
}

const bare = bareKafka(brokers);
const messages = transactionsOf(await recordsOf(bare, `${namespace}.active`)).findLast(({ length }) => length === 3) ?? [];
if (messages.length === 0) throw new Error('the topic holds no transaction of a leaf, its marker and a beat');
const topic = `${namespace}.bare`;
await makeTopic(bare, topic, PARTITIONS);
const producer = await bareProducer(bare, topic);
const consumer = await startChild('bare-consumer', { BENCH_BROKERS: brokers, BENCH_TOPIC: topic });
let onSeen: (at: number) => void = () => undefined;
consumer.on((message) => {
  if (typeof message === 'object' && message !== null && 'seen' in message && 'at' in message) onSeen(Number(message.at));
});
async function transact(): Promise<number> {
  const seen = new Promise<number>((resolve) => (onSeen = resolve));
  const begin = now();
  await produce(producer, topic, messages);
  return (await seen) - begin;
}

for (let turn = 0; turn < WARM_UP; turn += 1) {
  await append();
  await transact();
}
const ways: Way[] = [];
const appends: number[] = [];
const transactions: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  for (let turn = 0; turn < EACH; turn += 1) ways.push(await activate());
  // One behind the other, as in an activation: a process that did something else a moment ago is slower than one in a tight loop.
  for (let turn = 0; turn < EACH; turn += 1) {
    appends.push(await append());
    transactions.push(await transact());
  }
}
const rows = [];
for (let row = 0; row < ROWS; row += 1) rows.push(await activateInARow());

const report = new Report();
const swaps = ways.map(({ swapMs }) => swapMs);
const bareMs = median(appends) + median(transactions);
report.add('request sent to snapshot swapped, median', median(swaps), 'ms');
report.add('request sent to snapshot swapped, p99', quantile(swaps, 0.99), 'ms');
report.add('request sent to answer, median', median(ways.map(({ answerMs }) => answerMs)), 'ms');
report.add('answer to snapshot swapped, median', median(ways.map(({ answerMs, swapMs }) => swapMs - answerMs)), 'ms');
report.add('bare append, median', median(appends), 'ms');
report.add('bare append, p99', quantile(appends, 0.99), 'ms');
report.add('bare transaction to committed read, median', median(transactions), 'ms');
report.add('bare transaction to committed read, p99', quantile(transactions, 0.99), 'ms');
report.atMost('swapped / bare append + bare transaction, medians', median(swaps) / bareMs, '×', 1.3);
const eachMs = median(rows.map((row) => row.eachMs));
const lags = rows.flatMap(({ lagsMs }) => lagsMs);
report.add(`${IN_A_ROW} in a row, each until the last is swapped`, eachMs, 'ms');
report.add(`${IN_A_ROW} in a row, each command`, median(rows.map(({ commandsMs }) => commandsMs)), 'ms');
report.add(`${IN_A_ROW} in a row, sent to swapped, median`, median(lags), 'ms');
report.add(`${IN_A_ROW} in a row, sent to swapped, longest`, Math.max(...lags), 'ms');
report.add(`${IN_A_ROW} in a row, that the node swapped to`, lags.length / ROWS, '');
report.atMost(`each of ${IN_A_ROW} in a row / a single one`, eachMs / median(swaps), '×', 2);
report.save();

connection.close();
await Promise.all([producer.disconnect(), client.dispose(), node.stop(), consumer.stop()]);
await Promise.all([api.stop(), relay.stop()]);
await Promise.all([postgres.stop(), kafka.stop(), eventStore.stop()]);
