// Writes what our relay wrote to a topic to another, the same records in the same transactions. Started by the relay benchmark.
import { bareKafka, bareProducer, makeTopic, produce } from '../bare-kafka.js';
import { recordsOf, transactionsOf } from '../topic-records.js';
import { answers, ready } from './lifecycle.js';

const { BENCH_BROKERS: brokers = '', BENCH_TOPIC: source = '', BENCH_PARTITIONS: partitions = '' } = process.env;
const kafka = bareKafka(brokers);
const transactions = transactionsOf(await recordsOf(kafka, source));

/** Whole transactions until they hold so many records. */
function regrouped(recordsMin: number): typeof transactions {
  const groups: typeof transactions = [];
  for (const transaction of transactions) {
    const last = groups.at(-1);
    if (last !== undefined && last.length < recordsMin) last.push(...transaction);
    else groups.push([...transaction]);
  }
  return groups;
}

answers(async ({ topic, recordsMin }: { readonly topic: string; readonly recordsMin: number }) => {
  await makeTopic(kafka, topic, Number(partitions));
  const producer = await bareProducer(kafka, topic);
  // As a relay's first transaction finds its way to the brokers before it has anything to carry.
  await (await producer.transaction()).abort();
  const groups = regrouped(recordsMin);
  const begin = performance.now();
  for (const messages of groups) await produce(producer, topic, messages);
  const ms = performance.now() - begin;
  await producer.disconnect();
  return { ms, transactions: groups.length };
});
ready({}, () => Promise.resolve());
