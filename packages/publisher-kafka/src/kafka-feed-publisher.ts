// The relay's side of the feed over Kafka: the topic is its own checkpoint.
import type { ActiveDocument, EventPlace, FeedPublisher } from '@confledger/application';
import type { Admin, Kafka } from 'kafkajs';
import { activeTopic, createClient, type KafkaConnection, NAMESPACE_DEFAULT } from '@confledger/feed-kafka/topic';
import type { FeedAlarm } from './alarms.js';
import { connect, CONNECT_RETRY, probeBrokers } from './connect.js';
import { FeedTerm } from './feed-term.js';
import { signatureCheck, type SignatureCheck } from './signatures.js';
import { readContents } from './topic-contents.js';
import { ACTIVE_TOPIC_RULES, ensureTopic, type TopicSettings } from './topic-settings.js';
import { OffsetUnexpected, Transactions, type PublisherStep } from './transactions.js';

/** How many ledgers are loaded at once when the topic's are compared with the log's. */
const LOADS_AT_ONCE = 8;

export interface KafkaFeedPublisherOptions extends KafkaConnection, TopicSettings {
  /** Prefixes topic, transactional id and groups; installations that share a Kafka have one each. */
  readonly namespace?: string;
  /** Id of the installation. */
  readonly installation: string;
  /** Raw Ed25519 keys in base64url: markers that none of them signed do not count. */
  readonly publicKeys: readonly string[];
  /** What a ledger runs now; null when nothing is active, the ledger is unknown, or it cannot be read. */
  readonly load: (ledger: string) => Promise<ActiveDocument | null>;
  /** Position of the log's newest event. */
  readonly lastPosition: () => Promise<bigint>;
  /** An event that the log holds, for the beats; null while none is known. */
  readonly mark?: () => EventPlace | null;
  /** Checks that the log holds the events that the topic names. Rejects when the log does not hold them: nothing is written then. */
  readonly adopt?: (marks: readonly EventPlace[]) => Promise<void>;
  readonly onAlarm?: (alarm: FeedAlarm) => void;
  /** Called after each step. A throw leaves everything as a crash there would: the tests' way to crash. */
  readonly onStep?: (step: PublisherStep) => void | Promise<void>;
}

interface QueuedPublication {
  readonly activations: readonly ActiveDocument[];
  readonly upTo: bigint;
  readonly beat: 'written' | 'all';
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Throws a TypeError for an invalid key in `publicKeys`. */
export function createKafkaFeed(options: KafkaFeedPublisherOptions): FeedPublisher {
  return new KafkaFeedPublisher(options);
}

class KafkaFeedPublisher implements FeedPublisher {
  readonly #options: KafkaFeedPublisherOptions;
  readonly #namespace: string;
  readonly #kafka: Kafka;
  readonly #holds: SignatureCheck;
  #term: FeedTerm | null = null;
  #transactions: Transactions | null = null;
  #queue: QueuedPublication[] = [];
  #draining = false;
  /** Another writer was found: no ledger is trusted before it is compared with the log. */
  #distrustsAll = false;

  constructor(options: KafkaFeedPublisherOptions) {
    this.#options = options;
    this.#namespace = options.namespace ?? NAMESPACE_DEFAULT;
    this.#kafka = createClient(options, CONNECT_RETRY);
    this.#holds = signatureCheck(options.publicKeys);
  }

  async takeOver(signal: AbortSignal): Promise<bigint> {
    await this.#endTerm();
    const admin = this.#kafka.admin();
    try {
      const term = await this.#startTerm(admin, signal);
      await this.#options.adopt?.(term.marks());
      const position = term.resumeAt(await this.#options.lastPosition());
      await this.#repair(term, signal);
      this.#term = term;
      return position;
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

  publish(activations: readonly ActiveDocument[], upTo: bigint): Promise<void> {
    return this.#enqueue(activations, upTo, 'written');
  }

  beat(upTo: bigint): Promise<void> {
    return this.#enqueue([], upTo, 'all');
  }

  close(): Promise<void> {
    return this.#endTerm();
  }

  /** Fences, then reads: what is read can change no more, except by our own hand. */
  async #startTerm(admin: Admin, signal: AbortSignal): Promise<FeedTerm> {
    const { installation, mark = () => null, onAlarm = () => undefined, onStep = () => undefined } = this.#options;
    const topic = activeTopic(this.#namespace);
    await connect(admin, this.#options);
    const { partitionCount } = await ensureTopic(admin, topic, this.#options, ACTIVE_TOPIC_RULES);
    const transactions = await Transactions.open({ kafka: this.#kafka, topic, transactionalId: `${this.#namespace}-relay`, onStep });
    this.#transactions = transactions;
    const contents = await readContents({ kafka: this.#kafka, admin, topic, groupPrefix: `${this.#namespace}-relay`, signal });
    await onStep('read');
    return new FeedTerm({ installation, transactions, contents, partitionCount, holds: this.#holds, mark, onAlarm });
  }

  /** The first transaction: what others have done to the topic is undone, and every partition gets a beat. */
  async #repair(term: FeedTerm, signal: AbortSignal): Promise<void> {
    const { load, onAlarm = () => undefined } = this.#options;
    const doubtful = this.#distrustsAll ? term.ledgers() : term.doubtful();
    const actives: ActiveDocument[] = [];
    for (let from = 0; from < doubtful.length; from += LOADS_AT_ONCE) {
      signal.throwIfAborted();
      const ledgers = doubtful.slice(from, from + LOADS_AT_ONCE);
      const loaded = await Promise.all(ledgers.map((ledger) => load(ledger)));
      for (const [index, active] of loaded.entries()) {
        const ledger = ledgers[index] ?? null;
        if (active !== null) actives.push(active);
        else onAlarm({ kind: 'unknown-ledger', ledger, message: `the topic holds ${ledger}, which runs nothing` });
      }
    }
    signal.throwIfAborted();
    for (const { ledger, activation } of await term.write(actives, null, 'all')) {
      onAlarm({ kind: 'repaired', ledger, message: `the topic did not hold activation ${activation} of ${ledger} as it was written` });
    }
    this.#distrustsAll = false;
  }

  #enqueue(activations: readonly ActiveDocument[], upTo: bigint, beat: QueuedPublication['beat']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ activations, upTo, beat, done: resolve, failed: reject });
      if (!this.#draining) void this.#drain();
    });
  }

  /** What waits while a transaction is under way shares the next one. */
  async #drain(): Promise<void> {
    this.#draining = true;
    // Calls made in one turn share the first one too.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const waiting = this.#queue;
      this.#queue = [];
      try {
        await this.#write(waiting);
        for (const { done } of waiting) done();
      } catch (error) {
        for (const { failed } of waiting) failed(error);
      }
    }
    this.#draining = false;
  }

  async #write(waiting: readonly QueuedPublication[]): Promise<void> {
    const term = this.#term;
    if (term === null) throw new Error('the topic has to be taken over first');
    const upTo = waiting.reduce((highest, each) => (each.upTo > highest ? each.upTo : highest), 0n);
    const beat = waiting.some((each) => each.beat === 'all') ? 'all' : 'written';
    try {
      const activations = waiting.flatMap((each) => each.activations);
      await term.write(await this.#upToDate(term, activations), upTo, beat);
    } catch (error) {
      this.#distrustsAll ||= error instanceof OffsetUnexpected;
      // Whatever it was, what the topic holds is not known any more, and a failed commit makes a producer useless.
      await this.#endTerm();
      throw error;
    }
  }

  /**
   * A relay that takes over resumes behind what another wrote last: where the topic is ahead of what was handed in, the log is asked anew,
   * so that only a topic ahead of the log is reported.
   */
  #upToDate(term: FeedTerm, activations: readonly ActiveDocument[]): Promise<ActiveDocument[]> {
    return Promise.all(
      activations.map(async (active) => (term.isAbove(active) ? await this.#options.load(active.ledger) : null) ?? active),
    );
  }

  async #endTerm(): Promise<void> {
    const transactions = this.#transactions;
    this.#term = null;
    this.#transactions = null;
    await transactions?.close();
  }
}
