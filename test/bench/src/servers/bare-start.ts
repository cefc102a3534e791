// A bare kafkajs consumer that joins a group and reads one partition to its end, in a process of its own; then, one after another, what a
// node does with such records: JSON, document, digest, signature. Started by the Kafka start benchmark.
import { createPublicKey, verify, randomUUID } from 'node:crypto';
import { activationStatement, readActivationMarker, readFeedLeaf } from '@confledger/contracts';
import { Document } from '@confledger/document';
import type { KafkaMessage } from 'kafkajs';
import { PARTITION_BYTES_MAX, bareKafka } from '../bare-kafka.js';
import { ready } from './lifecycle.js';

const {
  BENCH_BROKERS: brokers = '',
  BENCH_NAMESPACE: namespace = '',
  BENCH_PARTITION: partition = '',
  BENCH_PUBLIC_KEY: publicKey = '',
} = process.env;
const ledger = 'production.engine';
const records: KafkaMessage[] = [];
const cpuBefore = process.cpuUsage();
let begin = performance.now();
const consumer = bareKafka(brokers).consumer({
  groupId: randomUUID(),
  allowAutoTopicCreation: false,
  maxWaitTimeInMs: 500,
  maxBytesPerPartition: PARTITION_BYTES_MAX,
});
await consumer.connect();
await consumer.subscribe({ topics: [`${namespace}.active`], fromBeginning: true });
await new Promise<void>((resolve, reject) => {
  // Told for transaction markers too, which no handler sees.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.partition === Number(partition) && BigInt(payload.lastOffset) + 1n >= BigInt(payload.highWatermark)) resolve();
  });
  const run = consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      if (batch.partition === Number(partition)) records.push(...batch.messages);
    },
  });
  run.catch(reject);
});

/** Milliseconds since this was asked last. */
function lap(): string {
  const ms = performance.now() - begin;
  begin = performance.now();
  return String(ms);
}

const readMs = lap();
const { user, system } = process.cpuUsage(cpuBefore);
const values = records.flatMap(({ key, value }) => {
  const name = String(key);
  return name.startsWith(`${ledger}|`) && value !== null
    ? [{ path: name.slice(ledger.length + 1), json: JSON.parse(value.toString('utf8')) as object }]
    : [];
});
const leaves = values.flatMap(({ path, json }) => (path === '' ? [] : [readFeedLeaf({ ...json, path })])).filter((leaf) => leaf !== null);
const marker = readActivationMarker(values.findLast(({ path }) => path === '')?.json);
const jsonMs = lap();
const document = Document.empty.apply(leaves.flatMap((leaf) => ('removed' in leaf ? [] : [leaf])));
const documentMs = lap();
const digest = document.digest;
const digestMs = lap();
const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: publicKey } });
const holds =
  marker !== null &&
  marker.digest === digest &&
  verify(null, activationStatement(ledger, marker), key, Buffer.from(marker.signature, 'base64url'));
const signatureMs = lap();
if (!holds) throw new Error('the records do not make the document that was signed');
ready({ readMs, cpuMs: String((user + system) / 1_000), jsonMs, documentMs, digestMs, signatureMs, records: String(records.length) }, () =>
  consumer.disconnect(),
);
