// Everything that a Kafka topic holds, as a plain kafkajs consumer reads it.
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';
import { eventually } from './eventually.js';

export interface TopicMessage {
  readonly partition: number;
  readonly message: KafkaMessage;
}

/** A broker that serves groups for the first time answers for a moment that it is loading. */
const READ = { timeoutMs: 30_000 };

/** Committed records only, each partition in its order, up to where it ended when this was called. */
export function topicMessages(brokers: readonly string[], topic: string): Promise<TopicMessage[]> {
  return eventually(() => read(brokers, topic), READ);
}

async function read(brokers: readonly string[], topic: string): Promise<TopicMessage[]> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const groupId = `test-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
  const found: TopicMessage[] = [];
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    const ends = new Map(offsets.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, BigInt(high)]));
    if (ends.size === 0) return [];
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      // It is told of transaction markers too, which no handler sees.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
        if (BigInt(lastOffset) + 1n >= (ends.get(partition) ?? 0n)) ends.delete(partition);
        if (ends.size === 0) resolve();
      });
      consumer
        .run({
          autoCommit: false,
          eachMessage: ({ partition, message }) => {
            found.push({ partition, message });
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    return found;
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
}
