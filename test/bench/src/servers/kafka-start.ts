// A node's start over Kafka in a process of its own, and how long it took. Started by the Kafka start benchmark.
import { kafkaFeed } from '@confledger/feed-kafka';
import { connectNode } from '@confledger/sdk';
import { ready } from './lifecycle.js';

const { BENCH_BROKERS: brokers = '', BENCH_NAMESPACE: namespace = '', BENCH_PUBLIC_KEY: publicKey = '' } = process.env;
const cpuBefore = process.cpuUsage();
const begin = performance.now();
const feed = kafkaFeed({ brokers: brokers.split(','), namespace });
const node = await connectNode({
  environment: 'production',
  service: 'engine',
  name: 'bench-node',
  feed,
  publicKey,
  startTimeoutMs: 60_000,
});
const startMs = performance.now() - begin;
const { user, system } = process.cpuUsage(cpuBefore);
node.snapshot.get('section0.leaf0');
ready({ startMs: String(startMs), cpuMs: String((user + system) / 1_000) }, () => node.close());
