// Everything that a topic holds, as a plain kafkajs consumer reads it. Used by the checks of both topics.
import { randomUUID } from 'node:crypto';
import { eventually } from '@confledger/test-support';
import { Kafka, logLevel } from 'kafkajs';

export interface TopicRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  /** Null for a removal. */
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Grows with each writer that takes over; -1 for a record of somebody who is none. */
  readonly epoch: number;
}

/** kafkajs knows it of each message, but its types leave it out. */
interface WithBatch {
  readonly batchContext?: { readonly producerEpoch?: number };
}

/** A broker that serves groups for the first time answers for a moment that it is loading. */
const READ = { timeoutMs: 30_000 };

/** Committed records only, each partition in its order, up to where it ended when this was called. */
export function recordsOf(brokers: readonly string[], topic: string): Promise<TopicRecord[]> {
  return eventually(() => read(brokers, topic), READ);
}

async function read(brokers: readonly string[], topic: string): Promise<TopicRecord[]> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const groupId = `check-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  const records: TopicRecord[] = [];
  try {
    const ends = await admin.fetchTopicOffsets(topic);
    const missing = new Map(ends.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, BigInt(high)]));
    if (missing.size === 0) return [];
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      // It is told of transaction markers too, which no handler sees.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
        if (BigInt(payload.lastOffset) + 1n >= (missing.get(payload.partition) ?? 0n)) missing.delete(payload.partition);
        if (missing.size === 0) resolve();
      });
      consumer
        .run({
          autoCommit: false,
          eachMessage: ({ partition, message }) => {
            const headers = Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]));
            const epoch = (message as WithBatch).batchContext?.producerEpoch ?? -1;
            records.push({ partition, offset: BigInt(message.offset), key: message.key?.toString() ?? '', value: message.value?.toString() ?? null, headers, epoch });
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    return records;
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
}
