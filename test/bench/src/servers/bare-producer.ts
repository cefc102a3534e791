// Writes what ours wrote to a topic to another, the same records in the same transactions. Started by the relay and changes benchmarks.
import { bareKafka, bareProducer, makeTopic, produce } from '../bare-kafka.js';
import { batchesOf, recordsOf, transactionsOf } from '../topic-records.js';
import { answers, ready } from './lifecycle.js';

/** BENCH_BATCH: how many events a transaction of the topic of changes holds; without it the beats of the active topic tell. */
const { BENCH_BROKERS: brokers = '', BENCH_TOPIC: source = '', BENCH_PARTITIONS: partitions = '', BENCH_BATCH: batch } = process.env;
const kafka = bareKafka(brokers);
const records = await recordsOf(kafka, source);
const transactions = batch === undefined ? transactionsOf(records) : batchesOf(records, Number(batch));

answers(async (question) => {
  const topic = String(question['topic']);
  await makeTopic(kafka, topic, Number(partitions));
  const producer = await bareProducer(kafka, topic);
  // As ours finds its way to the brokers before it has anything to carry.
  await (await producer.transaction()).abort();
  const begin = performance.now();
  for (const messages of transactions) await produce(producer, topic, messages);
  const ms = performance.now() - begin;
  await producer.disconnect();
  return { ms };
});
ready({}, () => Promise.resolve());
