// A trading node over Kafka: tells its parent when it has swapped to a version. Started by the distributed benchmark.
import { kafkaFeed } from '@confledger/feed-kafka';
import { connectNode } from '@confledger/sdk';
import { ready } from './lifecycle.js';

const { BENCH_BROKERS: brokers = '', BENCH_NAMESPACE: namespace = '', BENCH_PUBLIC_KEY: publicKey = '' } = process.env;
const feed = kafkaFeed({ brokers: brokers.split(','), namespace });
const node = await connectNode({
  environment: 'production',
  service: 'engine',
  name: 'bench-node',
  feed,
  publicKey,
  startTimeoutMs: 60_000,
});
node.onChange('**', ({ version }) => process.send?.({ swapped: version, at: Number(process.hrtime.bigint()) / 1e6 }));
ready({ state: node.status.state }, () => node.close());
