// kafkajs as somebody would use it without us, tuned like us: the other half of every comparison over Kafka.
import kafkajs, { type Kafka, type Message, type Producer } from 'kafkajs';

// Node finds no named exports in this CommonJS module.
const { Kafka: KafkaClient, logLevel } = kafkajs;

/** A transaction begun behind another is refused for a moment; the client's default would then wait 300 ms. */
const RETRY = { initialRetryTime: 5, factor: 0.2, multiplier: 1.2, maxRetryTime: 100, retries: 60 };
/** What one send may hold: brokers refuse batches over 1 MiB. */
const SEND_BYTES_MAX = 900_000;
const RECORD_OVERHEAD_BYTES = 64;
const HEADER_OVERHEAD_BYTES = 4;
/** As much as one answer of the broker may hold, of a partition. */
export const PARTITION_BYTES_MAX = 16 * 1024 * 1024;

/** `brokers` is a list with commas. */
export function bareKafka(brokers: string): Kafka {
  return new KafkaClient({ brokers: brokers.split(','), logLevel: logLevel.NOTHING, connectionTimeout: 5_000, retry: RETRY });
}

/** A compacted topic, as a relay makes one. */
export async function makeTopic(kafka: Kafka, topic: string, partitions: number): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }] });
  await admin.disconnect();
}

export async function bareProducer(kafka: Kafka, transactionalId: string): Promise<Producer> {
  const producer = kafka.producer({
    transactionalId,
    transactionTimeout: 10_000,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: RETRY,
  });
  await producer.connect();
  return producer;
}

/** One transaction, in as few sends as brokers allow. */
export async function produce(producer: Producer, topic: string, messages: readonly Message[]): Promise<void> {
  const transaction = await producer.transaction();
  for (let from = 0; from < messages.length;) {
    let to = from;
    for (let bytes = 0; to < messages.length; to += 1) {
      bytes += sizeOf(messages[to]);
      if (to > from && bytes > SEND_BYTES_MAX) break;
    }
    await transaction.send({ topic, acks: -1, messages: messages.slice(from, to) });
    from = to;
  }
  await transaction.commit();
}

/** Bytes of a record, about as the broker counts them. */
export function sizeOf(message: Message | undefined): number {
  if (message === undefined) return 0;
  const { key, value, headers = {} } = message;
  let bytes = RECORD_OVERHEAD_BYTES + Buffer.byteLength(key ?? '') + Buffer.byteLength(value ?? '');
  for (const [name, header] of Object.entries(headers)) bytes += HEADER_OVERHEAD_BYTES + name.length + Buffer.byteLength(String(header));
  return bytes;
}
