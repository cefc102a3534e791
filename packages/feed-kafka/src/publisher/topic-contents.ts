// What the topic holds as it is read and written: its beats and its ledgers. Filled by reading the topic to its end.
import type { FeedBeat } from '@confledger/contracts';
import type { Admin, Kafka, KafkaMessage } from 'kafkajs';
import { readBeat, readKey, readLeaf, readMarker } from '../records.js';
import { openTopicConsumer } from '../topic-consumer.js';
import { topicOffsets } from '../topic-offsets.js';
import { HeldLedger } from './held-ledger.js';

/** A reading that gets nothing new for so long has failed. */
const SILENCE_MS_MAX = 30_000;
const SESSION_TIMEOUT_MS = 30_000;
const MAX_WAIT_TIME_MS = 100;

export class TopicContents {
  readonly ledgers = new Map<string, HeldLedger>();
  /** The newest of each partition. */
  readonly beats = new Map<number, FeedBeat>();
  /** Of each partition, the offset that the next record gets. */
  readonly next = new Map<number, bigint>();

  ledger(name: string): HeldLedger {
    let held = this.ledgers.get(name);
    if (held === undefined) this.ledgers.set(name, (held = new HeldLedger()));
    return held;
  }

  record(partition: number, message: KafkaMessage): void {
    const key = readKey(message.key);
    if (key === null) return;
    if (key.kind === 'beat') {
      const beat = readBeat(message);
      if (beat === null) this.beats.delete(partition);
      else this.beats.set(partition, beat);
      return;
    }
    const held = this.ledger(key.ledger);
    if (key.path === '') return held.recordMarker(readMarker(message));
    const leaf = readLeaf(key.path, message);
    // What is no leaf stands where a leaf should: as if it were removed, it differs from the document and is written over.
    held.record(leaf ?? { path: key.path, version: 0, removed: true });
  }
}

export interface ReadTopicOptions {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly topic: string;
  readonly groupPrefix: string;
  readonly signal: AbortSignal;
}

/** Reads every partition up to where it ends now. Rejects when the topic falls silent before, or `signal` aborts. */
export async function readTopic({ kafka, admin, topic, groupPrefix, signal }: ReadTopicOptions): Promise<TopicContents> {
  const offsets = await topicOffsets(admin, topic);
  let contents = new TopicContents();
  const unread = (): Map<number, bigint> => new Map(offsets.filter(({ low, high }) => low < high).map(({ partition, high }) => [partition, high]));
  let missing = unread();
  if (missing.size > 0) {
    const progress = watch(SILENCE_MS_MAX, signal);
    const consumer = await openTopicConsumer({
      kafka,
      admin,
      topic,
      groupPrefix,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      maxWaitTimeMs: MAX_WAIT_TIME_MS,
      paused: offsets.filter(({ low, high }) => low === high).map(({ partition }) => partition),
      listener: {
        joined: () => {
          contents = new TopicContents();
          missing = unread();
        },
        batch: ({ batch }) => {
          for (const message of batch.messages) contents.record(batch.partition, message);
        },
        passed: (partition, next) => {
          progress.made();
          if (next >= (missing.get(partition) ?? 0n)) missing.delete(partition);
          if (missing.size === 0) progress.done();
        },
      },
    }).catch((error: unknown) => {
      progress.done();
      throw error;
    });
    try {
      await Promise.race([progress.ended, consumer.failed.then((error) => Promise.reject(error))]);
    } finally {
      progress.done();
      await consumer.close();
    }
  }
  for (const { partition, high } of offsets) contents.next.set(partition, high);
  return contents;
}

/** Rejects when nothing was made for too long. */
function watch(silenceMs: number, signal: AbortSignal): { made(): void; done(): void; readonly ended: Promise<void> } {
  let done: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  // Where nobody waits for it any more, it has nothing to say.
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
