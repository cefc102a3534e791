// How quickly every event of a history is published to the topic of changes, beside bare kafkajs that writes the same records in the same
// transactions. The two take turns, each in a process of its own.
import { randomUUID } from 'node:crypto';
import { startKafka } from '@confledger/test-support';
import { bareKafka, sizeOf } from './bare-kafka.js';
import { startChild } from './children.js';
import { Report, median } from './report.js';
import { recordsOf } from './topic-records.js';

const EVENTS = 10_000;
const LEDGERS = 10;
/** What a subscription hands over at most. */
const BATCH = 1_000;
const ROUNDS = 3;
const PARTITIONS = 12;

const namespace = `bench-${randomUUID()}`;
const kafka = await startKafka();
const env = { BENCH_BROKERS: kafka.brokers.join(','), BENCH_PARTITIONS: String(PARTITIONS), BENCH_BATCH: String(BATCH) };
const publisher = await startChild('changes-publisher', { ...env, BENCH_LEDGERS: String(LEDGERS), BENCH_EVENTS: String(EVENTS) });
await publisher.ask({ topicsOf: namespace });
const records = await recordsOf(bareKafka(env.BENCH_BROKERS), `${namespace}.changes`);
const bytes = records.reduce((sum, record) => sum + sizeOf(record), 0);
const bare = await startChild('bare-producer', { ...env, BENCH_TOPIC: `${namespace}.changes` });
const [ours, theirs]: [number[], number[]] = [[], []];
for (let round = 0; round <= ROUNDS; round += 1) {
  const published = await publisher.ask<{ ms: number }>({ topicsOf: `${namespace}-${round}` });
  const produced = await bare.ask<{ ms: number }>({ topic: `${namespace}-${round}.bare` });
  // The first round warms up.
  if (round === 0) continue;
  ours.push(published.ms);
  theirs.push(produced.ms);
}

const report = new Report();
report.add('events', records.length, '');
for (const [name, milliseconds] of [
  ['changes', ours],
  ['bare kafkajs, same records in same transactions', theirs],
] as const) {
  const seconds = median(milliseconds) / 1_000;
  report.add(name, records.length / seconds, 'rec/s');
  report.add(name, bytes / 1024 / 1024 / seconds, 'MiB/s');
}
report.atLeast('changes / bare', (median(theirs) / median(ours)) * 100, '%', 70);
report.save();
await Promise.all([publisher.stop(), bare.stop()]);
await kafka.stop();
