// What a topic holds, record by record, as bytes that can be written again. So a peer can write what our relay wrote.
import { randomUUID } from 'node:crypto';
import type { Kafka, Message } from 'kafkajs';
import { PARTITION_BYTES_MAX } from './bare-kafka.js';

export const BEAT_KEY = '~beat';

/** Every committed record up to the end, partition by partition. */
export async function recordsOf(kafka: Kafka, topic: string): Promise<Message[]> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]));
  const records = new Map<number, Message[]>();
  const groupId = `records-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: PARTITION_BYTES_MAX,
  });
  const missing = new Set([...ends].filter(([, end]) => end > 0n).map(([partition]) => partition));
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
      if (BigInt(lastOffset) + 1n >= (ends.get(partition) ?? 0n)) missing.delete(partition);
      if (missing.size === 0) resolve();
    });
    const run = consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch: { partition, messages } }) => {
        const of = records.get(partition) ?? [];
        records.set(partition, of);
        for (const { key, value, headers } of messages) of.push({ key, value, partition, ...(headers === undefined ? {} : { headers }) });
      },
    });
    run.catch(reject);
  });
  await consumer.disconnect();
  await admin.deleteGroups([groupId]);
  await admin.disconnect();
  return [...records.values()].flat();
}

/** The records by the transaction that a relay wrote them in, oldest first: each ends with a beat in every partition that it wrote to. */
export function transactionsOf(records: readonly Message[]): Message[][] {
  const transactions = new Map<bigint, Message[]>();
  const open = new Map<number | undefined, Message[]>();
  for (const record of records) {
    const before = open.get(record.partition) ?? [];
    before.push(record);
    open.set(record.partition, before);
    if (String(record.key) !== BEAT_KEY) continue;
    const { position } = JSON.parse(String(record.value)) as { readonly position: string };
    const at = BigInt(position.split(':')[1] ?? 0);
    transactions.set(at, [...(transactions.get(at) ?? []), ...before]);
    open.delete(record.partition);
  }
  return [...transactions].sort(([one], [other]) => Number(one - other)).map(([, messages]) => messages);
}

/** The records of a topic of changes in the order of the log, so many at a time. */
export function batchesOf(records: readonly Message[], size: number): Message[][] {
  const position = ({ headers }: Message): bigint => BigInt(String(headers?.['ce_position']).split(':')[1] ?? 0);
  const inOrder = records.map((record) => ({ record, at: position(record) })).sort((one, other) => Number(one.at - other.at));
  const batches: Message[][] = [];
  for (let from = 0; from < inOrder.length; from += size) batches.push(inOrder.slice(from, from + size).map(({ record }) => record));
  return batches;
}
