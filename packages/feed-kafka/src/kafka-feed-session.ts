// Follows one node's partition: connects, gathers readings, passes what holds to the sink, and reconnects until it is closed.
import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '@confledger/backoff';
import type { FeedSession, FeedSink } from '@confledger/contracts';
import type { Admin, Kafka } from 'kafkajs';
import { brokerErrorType } from './error-details.js';
import { PartitionReader, type PartitionSource } from './partition-reader.js';
import { partitionOf } from './partitions.js';
import { activeTopic } from './records.js';
import { topicOffsets, type PartitionOffsets } from './topic-offsets.js';
import { openTopicConsumer, type TopicConsumer } from './topic-consumer.js';

const RECONNECT_DELAY_MS = 50;
/** What a broker answers while it makes ready to serve a group for the first time: no loss of contact, only too early. */
const COORDINATOR_STARTING: ReadonlySet<string> = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
]);
/** What a close waits for at most; a broker that does not answer is left to its timeouts. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface KafkaFeedSessionOptions {
  readonly kafka: Kafka;
  /** Says to people what went wrong. */
  readonly explain: (error: Error) => string;
  readonly namespace: string;
  readonly ledger: string;
  readonly sink: FeedSink;
  readonly sessionTimeoutMs: number;
  readonly maxWaitTimeMs: number;
  readonly reconnectDelayMsMax: number;
}

export class KafkaFeedSession implements FeedSession {
  readonly #options: KafkaFeedSessionOptions;
  readonly #closing = new AbortController();
  readonly #backoff: Backoff;
  readonly #reader: PartitionReader;
  readonly #ended: Promise<void>;

  constructor(options: KafkaFeedSessionOptions) {
    this.#options = options;
    this.#backoff = new Backoff(RECONNECT_DELAY_MS, options.reconnectDelayMsMax);
    this.#reader = new PartitionReader(options.ledger, options.sink, () => this.#backoff.reset());
    this.#ended = this.#run();
  }

  restart(): void {
    this.#reader.restart();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#reader.close();
    const waited = new AbortController();
    await Promise.race([this.#ended, sleep(CLOSE_TIMEOUT_MS, undefined, { signal: waited.signal }).catch(() => undefined)]);
    waited.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    // The sink is first called when `open` has returned.
    await Promise.resolve();
    while (!signal.aborted) {
      const problem = await this.#follow().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
      this.#reader.detach();
      if (signal.aborted) return;
      const { sink, explain } = this.#options;
      if (!isTooEarly(problem)) sink.lost(`no connection to Kafka: ${explain(problem)}`);
      // The timer keeps the process alive: a node that has lost its feed is not done.
      await sleep(this.#backoff.nextMs(), undefined, { signal }).catch(() => undefined);
    }
  }

  /** From connecting to the first failure, which it resolves with. */
  async #follow(): Promise<Error> {
    const { kafka, namespace, sessionTimeoutMs, maxWaitTimeMs } = this.#options;
    const topic = activeTopic(namespace);
    const admin = kafka.admin();
    let consumer: TopicConsumer | null = null;
    try {
      const source = this.#sourceOf(admin, topic, (partition) => consumer?.seekToStart(partition));
      const failed = source.then((found) => this.#reader.attach(found));
      // The consumer, which waits for the source, fails by the same error.
      failed.catch(() => undefined);
      consumer = await openTopicConsumer({
        kafka,
        admin,
        topic,
        groupPrefix: `${namespace}-node`,
        sessionTimeoutMs,
        maxWaitTimeMs,
        paused: source.then(({ partition, partitionCount }) =>
          Array.from({ length: partitionCount }, (_, each) => each).filter((each) => each !== partition),
        ),
        listener: this.#reader,
      });
      return await Promise.race([consumer.failed, failed, aborted(this.#closing.signal)]);
    } finally {
      await consumer?.close();
      await admin.disconnect().catch(() => undefined);
    }
  }

  async #sourceOf(admin: Admin, topic: string, seekToStart: (partition: number) => void): Promise<PartitionSource> {
    await admin.connect();
    const partitionCount = await partitionCountOf(admin, topic);
    const partition = partitionOf(this.#options.ledger, partitionCount);
    return { partition, partitionCount, offsets: () => offsetsOf(admin, topic, partition), seekToStart: () => seekToStart(partition) };
  }
}

/** kafkajs gives up on a coordinator that is not there yet with a name of its own, which says nothing of the cause. */
function isTooEarly(problem: Error): boolean {
  return COORDINATOR_STARTING.has(brokerErrorType(problem) ?? '') || problem.name === 'KafkaJSGroupCoordinatorNotFound';
}

async function partitionCountOf(admin: Admin, topic: string): Promise<number> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length ?? 0;
  } catch (error) {
    if (brokerErrorType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    throw new Error(`there is no topic ${topic}: check the namespace, and that a relay of it runs, which makes the topic`, {
      cause: error,
    });
  }
}

async function offsetsOf(admin: Admin, topic: string, partition: number): Promise<PartitionOffsets> {
  const found = (await topicOffsets(admin, topic)).find((each) => each.partition === partition);
  if (found === undefined) throw new Error(`the topic ${topic} has no partition ${partition} any more`);
  return found;
}

function aborted(signal: AbortSignal): Promise<Error> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(new Error('closed'));
    else signal.addEventListener('abort', () => resolve(new Error('closed')), { once: true });
  });
}
