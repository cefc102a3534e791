// Reads a topic's committed records and tells its parent when each beat has come. Started by the distributed benchmark.
import { PARTITION_BYTES_MAX, bareKafka } from '../bare-kafka.js';
import { BEAT_KEY } from '../topic-records.js';
import { ready } from './lifecycle.js';

const { BENCH_BROKERS: brokers = '', BENCH_TOPIC: topic = '' } = process.env;
const consumer = bareKafka(brokers).consumer({ groupId: topic, allowAutoTopicCreation: false, maxBytesPerPartition: PARTITION_BYTES_MAX });
const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    for (const { key } of batch.messages) {
      if (key?.toString() === BEAT_KEY) process.send?.({ seen: true, at: Number(process.hrtime.bigint()) / 1e6 });
    }
  },
});
await joined;
ready({}, () => consumer.disconnect());
