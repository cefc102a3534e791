// Reads a topic until its reader says that it has what it needs. Publishers read what they have fenced.
import type { Admin, Kafka } from 'kafkajs';
import { type ConsumerListener, openTopicConsumer, type PartitionOffsets } from '@confledger/feed-kafka/topic';

/** A read that gets nothing new for this long has failed. */
const SILENCE_MS_MAX = 30_000;
const SESSION_TIMEOUT_MS = 30_000;
const MAX_WAIT_TIME_MS = 100;

export interface ReadTopicOptions {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly topic: string;
  readonly groupPrefix: string;
  readonly signal: AbortSignal;
}

/**
 * Delivers the partitions that hold something, until the listener calls `done`; at once when none does. Rejects when the topic falls
 * silent before, the consumer fails, or `signal` aborts.
 */
export async function readTopic(
  { kafka, admin, topic, groupPrefix, signal }: ReadTopicOptions,
  offsets: readonly PartitionOffsets[],
  listenerOf: (done: () => void) => ConsumerListener,
): Promise<void> {
  const paused = offsets.filter(({ low, high }) => low === high).map(({ partition }) => partition);
  if (paused.length === offsets.length) return;
  const progress = watch(SILENCE_MS_MAX, signal);
  try {
    const listener = listenerOf(progress.done);
    const consumer = await openTopicConsumer({
      kafka,
      admin,
      topic,
      groupPrefix,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      maxWaitTimeMs: MAX_WAIT_TIME_MS,
      paused,
      listener: {
        joined: (seek) => listener.joined(seek),
        batch: (payload) => listener.batch(payload),
        passed: (partition, next) => {
          progress.made();
          listener.passed(partition, next);
        },
      },
    });
    try {
      await Promise.race([progress.ended, consumer.failed.then((error) => Promise.reject(error))]);
    } finally {
      await consumer.close();
    }
  } finally {
    progress.done();
  }
}

/** Rejects when nothing was made for too long. */
function watch(silenceMs: number, signal: AbortSignal): { made(): void; done(): void; readonly ended: Promise<void> } {
  let done: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  // Not a fault where the caller has stopped waiting.
  ended.catch(() => undefined);
  const onAbort = (): void => fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => fail(new Error(`nothing more of the topic came within ${silenceMs} ms`)), silenceMs);
  return {
    ended,
    made: () => void timer.refresh(),
    done: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      done();
    },
  };
}
