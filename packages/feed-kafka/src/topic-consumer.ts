// One consumer of one topic, in a group of its own, from start to first failure. Nothing is committed, nothing is repaired: whoever opened
// it opens another.
import { randomUUID } from 'node:crypto';
import type { Admin, EachBatchPayload, Kafka } from 'kafkajs';

/** kafkajs fetches 1 MiB of a partition at a time by default; a whole document in few answers is what makes a start quick. */
const PARTITION_BYTES_MAX = 16 * 1024 * 1024;
const FETCH_BYTES_MAX = 32 * 1024 * 1024;
const HEARTBEATS_PER_SESSION = 5;
const HEARTBEAT_INTERVAL_MS_MAX = 3_000;

/** Goes on with a partition at this offset; deliveries that were under way are dropped. */
export type Seek = (partition: number, offset: bigint) => void;

/** What a consumer reports, in order. The calls are synchronous. */
export interface ConsumerListener {
  /** The group was joined, for the first time or again: everything is delivered from the start, but for partitions that are sought elsewhere now. */
  joined(seek: Seek): void;
  batch(payload: EachBatchPayload): void;
  /** Everything below this offset was delivered, or needs no delivery. */
  passed(partition: number, next: bigint): void;
}

export interface TopicConsumerOptions {
  readonly kafka: Kafka;
  /** Connected; deletes the group at the end. */
  readonly admin: Admin;
  readonly topic: string;
  /** What the group's name begins with. */
  readonly groupPrefix: string;
  readonly sessionTimeoutMs: number;
  readonly maxWaitTimeMs: number;
  /** Partitions that are not to be fetched; the consumer connects while they are found out. */
  readonly paused: readonly number[] | Promise<readonly number[]>;
  readonly listener: ConsumerListener;
}

export interface TopicConsumer {
  /** Resolves with the reason when the consumer has failed. */
  readonly failed: Promise<Error>;
  /** Reads a partition from its first offset on; deliveries that were under way are dropped. */
  seekToStart(partition: number): void;
  /** Leaves the group and deletes it. Never rejects. */
  close(): Promise<void>;
}

/** kafkajs's name for "from the first offset that there is". */
const EARLIEST = '-2';

/** Resolves when the consumer runs, or has failed already. */
export async function openTopicConsumer(options: TopicConsumerOptions): Promise<TopicConsumer> {
  const { kafka, topic, groupPrefix, sessionTimeoutMs, maxWaitTimeMs, listener } = options;
  const groupId = `${groupPrefix}-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.min(HEARTBEAT_INTERVAL_MS_MAX, Math.floor(sessionTimeoutMs / HEARTBEATS_PER_SESSION)),
    maxWaitTimeInMs: maxWaitTimeMs,
    maxBytesPerPartition: PARTITION_BYTES_MAX,
    maxBytes: FETCH_BYTES_MAX,
    // kafkajs would come back by itself from some failures and stay dead, silently, after others.
    retry: { restartOnFailure: () => Promise.resolve(false) },
  });
  const failed = new Promise<Error>((resolve) => consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error)));
  let open = true;
  let paused: readonly number[] = [];
  const seek: Seek = (partition, offset) => consumer.seek({ topic, partition, offset: String(offset) });
  consumer.on(consumer.events.GROUP_JOIN, () => {
    if (!open) return;
    if (paused.length > 0) consumer.pause([{ topic, partitions: [...paused] }]);
    listener.joined(seek);
  });
  // Also called for fetches that held nothing but transaction markers and aborted records, which no handler sees.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (open) listener.passed(payload.partition, BigInt(payload.lastOffset) + 1n);
  });
  const close = async (): Promise<void> => {
    open = false;
    await consumer.disconnect().catch(() => undefined);
    // An empty group without commits costs the broker little; one that cannot be deleted now is left to it.
    await options.admin.deleteGroups([groupId]).catch(() => undefined);
  };
  try {
    [paused] = await Promise.all([options.paused, consumer.connect()]);
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: (payload) => {
        if (open && !payload.isStale()) listener.batch(payload);
        return Promise.resolve();
      },
    });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    failed,
    close,
    seekToStart: (partition) => consumer.seek({ topic, partition, offset: EARLIEST }),
  };
}
