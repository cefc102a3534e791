// The only writer of a topic: one transaction after another, each checked against where its records must lie.
import { FeedFenced } from '@confledger/application';
import kafkajs, { type IHeaders, type Kafka, type Message, type Producer, type Transaction } from 'kafkajs';
import { brokerErrorType } from '@confledger/feed-kafka/topic';

// Node finds no named exports in this CommonJS module.
const { KafkaJSNonRetriableError } = kafkajs;

/** What one send may hold, keys, values and their overhead: brokers refuse batches over 1 MiB by default. */
export const SEND_BYTES_MAX = 900_000;
/** What one transaction gathers before the next begins: readers get nothing of it before its end. */
export const TRANSACTION_BYTES_MAX = 32 * 1024 * 1024;
/**
 * A relay that died in a transaction blocks readers from what lies behind it for this long, unless another takes over before. Its own writer
 * gives up at the same time: what the broker has aborted cannot be committed, and kafkajs would try for minutes.
 */
export const TRANSACTION_TIMEOUT_MS = 10_000;
/** Offset, timestamp and lengths of a record, at most. */
const RECORD_OVERHEAD_BYTES = 64;
/** Lengths of a header, at most. */
const HEADER_OVERHEAD_BYTES = 10;

/**
 * The broker answers the end of a transaction before it has written it everywhere: the next one, begun at once, is refused for some
 * milliseconds. kafkajs's first pause of 300 ms would then be the latency of an activation; 5 ms were measured to cost next to nothing.
 * All tries together stay below the transaction timeout where the broker answers; where it hangs each takes its request timeout.
 */
export const RETRY = { initialRetryTime: 5, factor: 0.2, multiplier: 1.2, maxRetryTime: 100, retries: 60 };

/** A record by another writer, or a topic made anew. */
export class OffsetUnexpected extends Error {
  override readonly name = 'OffsetUnexpected';
}

/** Steps of a publisher, in order. `onStep` may throw, which leaves everything as a crash there would. */
export type PublisherStep = 'fenced' | 'read' | 'begun' | 'produced' | 'committed';

export interface TransactionsOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly transactionalId: string;
  readonly onStep: (step: PublisherStep) => void | Promise<void>;
}

export class Transactions {
  readonly #options: TransactionsOptions;
  readonly #producer: Producer;
  #givenUp = false;

  private constructor(options: TransactionsOptions) {
    this.#options = options;
    this.#producer = options.kafka.producer({
      transactionalId: options.transactionalId,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: RETRY,
      // Every message says its partition. Asked at each try of a send.
      createPartitioner:
        () =>
        ({ message }) => {
          if (this.#givenUp) throw new KafkaJSNonRetriableError('the transaction was given up');
          return partitionOfMessage(message);
        },
    });
  }

  /** Fences the writer before this one: an empty transaction does, connecting alone does not. */
  static async open(options: TransactionsOptions): Promise<Transactions> {
    const transactions = new Transactions(options);
    const producer = transactions.#producer;
    try {
      await producer.connect();
      await (await producer.transaction()).abort();
      await options.onStep('fenced');
    } catch (error) {
      await transactions.close();
      throw error;
    }
    return transactions;
  }

  /**
   * Writes the messages, each to its partition, all or none. `next` holds the offsets that they must get, and is moved on.
   * Rejects with `FeedFenced` when another has taken over. After any rejection this writer is of no more use.
   */
  async write(messages: readonly Message[], next: Map<number, bigint>): Promise<void> {
    try {
      await this.#inTime(this.#transact(messages, next));
    } catch (error) {
      if (brokerErrorType(error) === 'INVALID_PRODUCER_EPOCH')
        throw new FeedFenced('another relay has taken the topic over', { cause: error });
      throw error;
    }
    // The end of a transaction takes an offset in every partition that it wrote to.
    for (const partition of new Set(messages.map(partitionOfMessage))) next.set(partition, (next.get(partition) ?? 0n) + 1n);
    await this.#options.onStep('committed');
  }

  /** Never rejects. A transaction that is open is left to the next writer's fence, as a crash would leave it. */
  async close(): Promise<void> {
    await this.#producer.disconnect().catch(() => undefined);
  }

  async #transact(messages: readonly Message[], next: Map<number, bigint>): Promise<void> {
    const transaction = await this.#producer.transaction();
    await this.#options.onStep('begun');
    for (const chunk of batchesOf(messages)) await this.#send(transaction, chunk, next);
    await this.#options.onStep('produced');
    if (!this.#givenUp) await transaction.commit();
  }

  /** As `work` ends, or a rejection when it takes longer than the broker lets a transaction take. */
  async #inTime(work: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#givenUp = true;
        // Its last try may have connected again after the producer was closed.
        work.catch(() => undefined).finally(() => void this.close());
        reject(new Error(`the brokers did not carry a transaction out within ${TRANSACTION_TIMEOUT_MS} ms`));
      }, TRANSACTION_TIMEOUT_MS);
    });
    try {
      await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #send(transaction: Transaction, messages: readonly Message[], next: Map<number, bigint>): Promise<void> {
    const { topic } = this.#options;
    const answers = await transaction.send({ topic, acks: -1, messages: [...messages] });
    const counts = new Map<number, number>();
    for (const { partition = 0 } of messages) counts.set(partition, (counts.get(partition) ?? 0) + 1);
    for (const [partition, count] of counts) {
      const expected = next.get(partition) ?? 0n;
      const answered = answers.find((answer) => answer.partition === partition)?.baseOffset;
      if (answered !== String(expected)) {
        throw new OffsetUnexpected(
          `partition ${partition} of ${topic} gave offset ${answered} to a record that belongs at ${expected}: somebody else wrote, or it is another topic`,
        );
      }
      next.set(partition, expected + BigInt(count));
    }
  }
}

/** In order, each below what one send may hold; a message that is larger is a chunk of its own. */
export function* batchesOf(messages: Iterable<Message>, bytesMax = SEND_BYTES_MAX): Generator<Message[]> {
  let chunk: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = messageBytes(message);
    if (chunk.length > 0 && bytes + size > bytesMax) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(message);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

/** About what the broker counts. Asked of every record twice: a reduce over entries took twice as long. */
export function messageBytes({ key, value, headers }: Message): number {
  let bytes = RECORD_OVERHEAD_BYTES + lengthOf(key ?? '') + lengthOf(value ?? '');
  if (headers === undefined) return bytes;
  for (const name of Object.keys(headers)) bytes += HEADER_OVERHEAD_BYTES + name.length + headerBytes(headers[name]);
  return bytes;
}

function headerBytes(header: IHeaders[string]): number {
  if (!Array.isArray(header)) return lengthOf(header ?? '');
  return header.reduce<number>((sum, each) => sum + lengthOf(each), 0);
}

function lengthOf(bytes: string | Buffer): number {
  return typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.length;
}

function partitionOfMessage({ partition = 0 }: Message): number {
  return partition;
}
