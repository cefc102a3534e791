// What the start of a node with 10,000 leaves costs over Kafka, in a process of its own, beside a bare consumer that joins and reads the
// same partition to its end; and what the steps cost that the consumer does not do.
import { LedgerId } from '@confledger/domain';
import { randomUUID } from 'node:crypto';
import { keyFilesOf, makeKeys } from '@confledger/api';
import { createLedgers, ensureInstallation } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { createKafkaFeed } from '@confledger/publisher-kafka';
import { startKafka } from '@confledger/test-support';
import { bareKafka } from './bare-kafka.js';
import { startChild } from './children.js';
import { Report, median, quantile } from './report.js';
import { temporaryDirectory } from './temporary-directory.js';
import { recordsOf } from './topic-records.js';

const LEAVES = 10_000;
const STARTS = 15;

const namespace = `bench-${randomUUID()}`;
const kafka = await startKafka();
const brokers = kafka.brokers.join(',');
const signer = makeKeys(keyFilesOf(temporaryDirectory()));
const [clock, ids, store] = [{ now: () => Date.now() }, { next: () => randomUUID() }, createInMemoryEventStore()];
const { id: installation } = await ensureInstallation({ store, signer, ids, clock });
const ledgers = createLedgers({ store, clock, ids, signer });
const configuration: Record<string, Record<string, number>> = {};
for (let leaf = 0; leaf < LEAVES; leaf += 1) (configuration[`section${leaf % 100}`] ??= {})[`leaf${Math.floor(leaf / 100)}`] = leaf;
const request = {
  actor: { id: 'bench', method: 'token', roles: ['admin'] },
  reason: 'bench',
  request: '',
  correlationId: 'bench',
  guards: { activate: 'all' as const },
};
const outcome = await ledgers.execute(LedgerId.of('production', 'engine'), { type: 'Replace', configuration }, request);
if (outcome.kind === 'refused') throw new Error(outcome.refusal.message);
const active = await ledgers.active(LedgerId.of('production', 'engine'));
if (active === null) throw new Error('nothing is active');
const publisher = createKafkaFeed({
  brokers: kafka.brokers,
  namespace,
  installation,
  publicKeys: [signer.publicKey],
  load: () => Promise.resolve(null),
  lastPosition: () => store.lastPosition(),
  replicationFactor: 1,
  minInsyncReplicas: 1,
});
await publisher.takeOver(new AbortController().signal);
await publisher.publish([active], await store.lastPosition());
await publisher.close();

const written = await recordsOf(bareKafka(brokers), `${namespace}.active`);
const partition = written.find(({ key }) => String(key) === 'production.engine|')?.partition ?? 0;
const env = { BENCH_BROKERS: brokers, BENCH_NAMESPACE: namespace, BENCH_PUBLIC_KEY: signer.publicKey, BENCH_PARTITION: String(partition) };
const nodes: Readonly<Record<string, string>>[] = [];
const bare: Readonly<Record<string, string>>[] = [];
for (let start = 0; start < STARTS; start += 1) {
  const node = await startChild('kafka-start', env);
  nodes.push(node.ready);
  await node.stop();
  const consumer = await startChild('bare-start', env);
  bare.push(consumer.ready);
  await consumer.stop();
}

const report = new Report();
const all = (of: readonly Readonly<Record<string, string>>[], name: string): number[] => of.map((each) => Number(each[name]));
const [starts, reads] = [all(nodes, 'startMs'), all(bare, 'readMs')];
report.add('records of the partition', median(all(bare, 'records')), '');
report.add('start of a node, median', median(starts), 'ms');
report.add('start of a node, p90', quantile(starts, 0.9), 'ms');
report.add('start of a node, processor time', median(all(nodes, 'cpuMs')), 'ms');
report.add('bare consumer that reads the same, median', median(reads), 'ms');
report.add('bare consumer that reads the same, p90', quantile(reads, 0.9), 'ms');
report.add('bare consumer that reads the same, processor time', median(all(bare, 'cpuMs')), 'ms');
report.atMost('start / bare consumer', median(starts) / median(reads), '×', 1.3);
for (const [name, step] of Object.entries({
  jsonMs: 'JSON of every record',
  documentMs: 'the document from its leaves',
  digestMs: 'its digest',
  signatureMs: 'its signature',
})) {
  report.add(`what a node does beside, ${step}`, median(all(bare, name)), 'ms');
}
report.save();
await kafka.stop();
