// Every event as a record of the topic `<namespace>.changes`, for other systems: the topic is its own checkpoint.
import type { ChangesPublisher, EventPlace, StoredEvent } from '@confledger/application';
import type { Admin, Kafka, KafkaMessage, Message } from 'kafkajs';
import { createClient, type KafkaConnection, NAMESPACE_DEFAULT, partitionOf } from '@confledger/feed-kafka/topic';
import { FeedOfAnotherInstallation, type FeedAlarm } from './alarms.js';
import { changeMessage, changesTopic, readChange, type PublishedChange } from './change-records.js';
import { connect, CONNECT_RETRY, probeBrokers } from './connect.js';
import { changesTopicRules, ensureTopic, TopicUnfit, type TopicSettings } from './topic-settings.js';
import { readTails } from './topic-tails.js';
import { batchesOf, TRANSACTION_BYTES_MAX, Transactions, type PublisherStep } from './transactions.js';

/** How long events stay in the topic that is made here. */
export const CHANGES_RETENTION_MS_DEFAULT = 7 * 24 * 60 * 60 * 1_000;
/** What the newest event's share of the retention may be before it is published once more. */
const KEEP_AT_SHARE = 0.5;

export interface KafkaChangesOptions extends KafkaConnection, TopicSettings {
  /** Prefixes topic, transactional id and groups; installations that share a Kafka have one each. */
  readonly namespace?: string;
  /** Id of the installation. */
  readonly installation: string;
  /** What the topic is made with, -1 for ever; what one that is there says is taken as it is. */
  readonly retentionMs?: number;
  /** Checks that the log holds the newest events of the topic. Rejects when the log does not hold them: nothing is written then. */
  readonly adopt?: (marks: readonly EventPlace[]) => Promise<void>;
  readonly onAlarm?: (alarm: FeedAlarm) => void;
  /** Called after each step. A throw leaves everything as a crash there would: the tests' way to crash. */
  readonly onStep?: (step: PublisherStep) => void | Promise<void>;
  /** Milliseconds since 1970, as the records' timestamps. */
  readonly now?: () => number;
}

/** The newest record of a partition, or of all. */
interface Newest {
  readonly position: bigint;
  readonly message: Message;
  readonly writtenAtMs: number;
}

/** One term as the topic's only writer. */
interface ChangesTerm {
  readonly transactions: Transactions;
  readonly partitionCount: number;
  /** Of each partition, the offset that the next record gets. */
  readonly next: Map<number, bigint>;
  /** Age at which the newest record is written once more; null where nothing is removed by age. */
  readonly keepAtMs: number | null;
  newest: Newest | null;
}

export function createKafkaChanges(options: KafkaChangesOptions): ChangesPublisher {
  return new KafkaChanges(options);
}

class KafkaChanges implements ChangesPublisher {
  readonly #options: KafkaChangesOptions;
  readonly #namespace: string;
  readonly #kafka: Kafka;
  readonly #now: () => number;
  #term: ChangesTerm | null = null;
  #transactions: Transactions | null = null;

  constructor(options: KafkaChangesOptions) {
    this.#options = options;
    this.#namespace = options.namespace ?? NAMESPACE_DEFAULT;
    this.#kafka = createClient(options, CONNECT_RETRY);
    this.#now = options.now ?? Date.now;
  }

  async takeOver(signal: AbortSignal): Promise<bigint> {
    await this.#endTerm();
    const admin = this.#kafka.admin();
    try {
      await connect(admin, this.#options);
      this.#term = await this.#startTerm(admin, signal);
      return this.#term.newest?.position ?? 0n;
    } catch (error) {
      await this.#endTerm();
      throw error;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  async probe(): Promise<void> {
    await probeBrokers(this.#kafka.admin(), this.#options);
  }

  async publish(events: readonly StoredEvent[]): Promise<void> {
    await this.#write(async (term) => {
      for (const chunk of batchesOf(this.#messages(events, term.partitionCount), TRANSACTION_BYTES_MAX))
        await term.transactions.write(chunk, term.next);
      const last = events.at(-1);
      if (last !== undefined) term.newest = this.#written(last, term.partitionCount);
    });
  }

  async keep(): Promise<void> {
    await this.#write(async (term) => {
      const { newest, keepAtMs } = term;
      if (newest === null || keepAtMs === null || this.#now() - newest.writtenAtMs < keepAtMs) return;
      await term.transactions.write([newest.message], term.next);
      term.newest = { ...newest, writtenAtMs: this.#now() };
    });
  }

  close(): Promise<void> {
    return this.#endTerm();
  }

  /** Fences, then reads: what is read can change no more, except by our own hand. */
  async #startTerm(admin: Admin, signal: AbortSignal): Promise<ChangesTerm> {
    const { retentionMs = CHANGES_RETENTION_MS_DEFAULT, onStep = () => undefined } = this.#options;
    const topic = changesTopic(this.#namespace);
    const { partitionCount, config } = await ensureTopic(admin, topic, this.#options, changesTopicRules(retentionMs));
    const transactions = await Transactions.open({ kafka: this.#kafka, topic, transactionalId: `${this.#namespace}-changes`, onStep });
    this.#transactions = transactions;
    const reading = { kafka: this.#kafka, admin, topic, groupPrefix: `${this.#namespace}-changes`, signal };
    const { found, next } = await readTails(reading, readRecord);
    await onStep('read');
    const newest = this.#newestOf(found, partitionCount);
    await this.#options.adopt?.([...found.values()].map(({ change }) => change.event));
    const keptForMs = Number(config.get('retention.ms') ?? retentionMs);
    return { transactions, partitionCount, next, newest, keepAtMs: keptForMs < 0 ? null : keptForMs * KEEP_AT_SHARE };
  }

  /**
   * The newest of all partitions: a transaction is whole in all of them or in none, and each holds a stretch of the log that follows the
   * one before. Throws where the records forbid to go on.
   */
  #newestOf(found: ReadonlyMap<number, ReadRecord>, partitionCount: number): Newest | null {
    let newest: Newest | null = null;
    for (const [partition, { change, message }] of found) {
      this.#check(change, partition, partitionCount);
      const { position } = change;
      if (newest === null || position > newest.position) {
        const { key, value, headers = {}, timestamp } = message;
        newest = { position, message: { key, value, headers, partition }, writtenAtMs: Number(timestamp) };
      }
    }
    return newest;
  }

  #check({ installation, event: { stream }, partitions }: PublishedChange, partition: number, partitionCount: number): void {
    const ours = this.#options.installation;
    if (installation !== ours) {
      const message = `partition ${partition} of the changes was written by installation ${installation}, this is ${ours}: give one of them another namespace`;
      this.#options.onAlarm?.({ kind: 'another-installation', ledger: null, message });
      throw new FeedOfAnotherInstallation(message);
    }
    // The partition of a stream does not show it: many lie in the same partition under both numbers.
    if ((partitions ?? partitionCount) === partitionCount && partitionOf(stream, partitionCount) === partition) return;
    throw new TopicUnfit(
      `the topic ${changesTopic(this.#namespace)} has ${partitionCount} partitions, but was written with another number: streams would lose their order. Delete it; it is written anew from the log.`,
    );
  }

  *#messages(events: readonly StoredEvent[], partitionCount: number): Generator<Message> {
    for (const event of events) yield changeMessage(this.#options.installation, event, partitionCount);
  }

  #written(event: StoredEvent, partitionCount: number): Newest {
    const message = changeMessage(this.#options.installation, event, partitionCount);
    return { position: event.position, message, writtenAtMs: this.#now() };
  }

  async #write(work: (term: ChangesTerm) => Promise<void>): Promise<void> {
    if (this.#term === null) throw new Error('the topic has to be taken over first');
    try {
      await work(this.#term);
    } catch (error) {
      // Whatever it was, what the topic holds is not known any more, and a failed commit makes a producer useless.
      await this.#endTerm();
      throw error;
    }
  }

  async #endTerm(): Promise<void> {
    const transactions = this.#transactions;
    this.#term = null;
    this.#transactions = null;
    await transactions?.close();
  }
}

interface ReadRecord {
  readonly change: PublishedChange;
  readonly message: KafkaMessage;
}

function readRecord(message: KafkaMessage): ReadRecord | null {
  const change = readChange(message);
  return change === null ? null : { change, message };
}
