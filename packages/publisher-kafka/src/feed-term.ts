// One term of a publisher as the topic's only writer: from taking it over to the first failure. Each term gets an object of its own.
import { randomUUID } from 'node:crypto';
import { formatPosition, parsePosition, type ActiveDocument, type EventPlace } from '@confledger/application';
import type { Message } from 'kafkajs';
import { beatMessage, leafMessage, markerMessage, partitionOf } from '@confledger/feed-kafka/topic';
import { planActivation, type ActivationPlan } from './activation-plan.js';
import { FeedOfAnotherInstallation, type FeedAlarm } from './alarms.js';
import type { SignatureCheck } from './signatures.js';
import type { TopicContents } from './topic-contents.js';
import { TopicUnfit } from './topic-settings.js';
import { messageBytes, TRANSACTION_BYTES_MAX, type Transactions } from './transactions.js';

/** Ledgers whose documents are kept to find differences without hashing every leaf. */
const DOCUMENTS_KEPT_MAX = 256;

export interface FeedTermOptions {
  readonly installation: string;
  readonly transactions: Transactions;
  readonly contents: TopicContents;
  readonly partitionCount: number;
  readonly holds: SignatureCheck;
  /** An event that the log holds, for the beats; null while none is known. */
  readonly mark: () => EventPlace | null;
  readonly onAlarm: (alarm: FeedAlarm) => void;
}

export class FeedTerm {
  readonly #options: FeedTermOptions;
  readonly #incarnation: string;
  readonly #documentsKept = new Set<string>();
  /** Everything up to here is in the topic. */
  #position = 0n;

  /** Throws where the topic's beats forbid to go on. */
  constructor(options: FeedTermOptions) {
    this.#options = options;
    const { contents, partitionCount, installation } = options;
    for (const [partition, beat] of contents.beats) {
      if (beat.partitions !== partitionCount) {
        throw new TopicUnfit(
          `the topic has ${partitionCount} partitions, but was written with ${beat.partitions}: ledgers would lie elsewhere. Delete it; it is written anew from the log.`,
        );
      }
      const parsed = parsePosition(installation, beat.position);
      if (beat.installation === installation && (parsed.ok || parsed.why === 'malformed')) continue;
      const message = `partition ${partition} was written by installation ${beat.installation}, this is ${installation}: give one of them another namespace`;
      options.onAlarm({ kind: 'another-installation', ledger: null, message });
      throw new FeedOfAnotherInstallation(message);
    }
    this.#incarnation = [...contents.beats.values()][0]?.incarnation ?? randomUUID();
  }

  /** Where the log is resumed: the lowest position of the partitions' beats. One that is ahead of the log, or missing, counts as the beginning. */
  resumeAt(last: bigint): bigint {
    const { contents, partitionCount, installation, onAlarm } = this.#options;
    const positions = Array.from({ length: partitionCount }, (_, partition) => {
      const beat = contents.beats.get(partition);
      const parsed = beat === undefined ? null : parsePosition(installation, beat.position);
      if (parsed === null || !parsed.ok) return 0n;
      if (parsed.position <= last) return parsed.position;
      onAlarm({
        kind: 'ahead',
        ledger: null,
        message: `partition ${partition} says that it is complete up to ${parsed.position}, but the log ends at ${last}`,
      });
      return 0n;
    });
    this.#position = positions.reduce((lowest, each) => (each < lowest ? each : lowest));
    return this.#position;
  }

  /** Events that the log held when the topic's beats were written. */
  marks(): EventPlace[] {
    return [...this.#options.contents.beats.values()].flatMap(({ mark }) => mark ?? []);
  }

  /** Ledgers whose newest marker does not stand on its leaves: what the installation wrote would. */
  doubtful(): string[] {
    const { contents, holds } = this.#options;
    return Array.from(contents.ledgers)
      .filter(
        ([ledger, held]) => held.disordered || held.marker === null || !holds(ledger, held.marker) || held.digest() !== held.marker.digest,
      )
      .map(([ledger]) => ledger);
  }

  /** The topic says that it holds a newer activation of this ledger. */
  isAbove({ ledger, origin, activation }: ActiveDocument): boolean {
    const marker = this.#options.contents.ledgers.get(ledger)?.marker ?? null;
    return marker !== null && marker.origin === origin && marker.activation > activation;
  }

  /** Everything that the topic holds. */
  ledgers(): string[] {
    return [...this.#options.contents.ledgers.keys()];
  }

  /** Writes what differs, then beats: as few transactions as their limit allows. Answers what was written. */
  async write(activations: readonly ActiveDocument[], upTo: bigint | null, beat: 'written' | 'all'): Promise<ActiveDocument[]> {
    const { transactions, contents } = this.#options;
    const plans = this.#plans(activations);
    for (let from = 0; from < plans.length || (from === 0 && beat === 'all');) {
      const { messages, to } = this.#gather(plans, from);
      const isLast = to === plans.length;
      if (isLast && upTo !== null && upTo > this.#position) this.#position = upTo;
      const written = new Set(messages.map(({ partition = 0 }) => partition));
      messages.push(...this.#beats(isLast && beat === 'all' ? this.#partitions() : written));
      await transactions.write(messages, contents.next);
      for (const { active, leaves, marker } of plans.slice(from, to)) {
        contents.ledger(active.ledger).advance(leaves, active.document, marker);
        this.#keepDocument(active.ledger);
      }
      if (isLast) break;
      from = to;
    }
    return plans.map(({ active }) => active);
  }

  #plans(activations: readonly ActiveDocument[]): ActivationPlan[] {
    const newest = new Map<string, ActiveDocument>();
    for (const active of activations) {
      const other = newest.get(active.ledger);
      if (other === undefined || other.origin !== active.origin || other.activation < active.activation) newest.set(active.ledger, active);
    }
    const plans: ActivationPlan[] = [];
    for (const active of newest.values()) {
      const plan = planActivation(this.#options.contents.ledger(active.ledger), active, this.#options.holds);
      if (plan === null) continue;
      if ('kind' in plan) this.#options.onAlarm(plan);
      else plans.push(plan);
    }
    return plans;
  }

  /** The records of the next plans that fit one transaction; of one at least. */
  #gather(plans: readonly ActivationPlan[], from: number): { readonly messages: Message[]; readonly to: number } {
    const messages: Message[] = [];
    let bytes = 0;
    let to = from;
    for (; to < plans.length && (to === from || bytes < TRANSACTION_BYTES_MAX); to += 1) {
      const plan = plans[to];
      if (plan === undefined) break;
      const { ledger } = plan.active;
      const partition = partitionOf(ledger, this.#options.partitionCount);
      const records = [...plan.leaves.map((leaf) => leafMessage(ledger, leaf, partition)), markerMessage(ledger, plan.marker, partition)];
      for (const record of records) {
        bytes += messageBytes(record);
        messages.push(record);
      }
    }
    return { messages, to };
  }

  #beats(partitions: Iterable<number>): Message[] {
    const { installation, partitionCount } = this.#options;
    const position = formatPosition(installation, this.#position);
    const mark = this.#options.mark();
    const beat = {
      installation,
      incarnation: this.#incarnation,
      position,
      time: new Date().toISOString(),
      partitions: partitionCount,
      ...(mark === null ? {} : { mark }),
    };
    return Array.from(partitions, (partition) => beatMessage(beat, partition));
  }

  #partitions(): number[] {
    return Array.from({ length: this.#options.partitionCount }, (_, partition) => partition);
  }

  #keepDocument(ledger: string): void {
    this.#documentsKept.delete(ledger);
    this.#documentsKept.add(ledger);
    const [oldest] = this.#documentsKept;
    if (this.#documentsKept.size <= DOCUMENTS_KEPT_MAX || oldest === undefined) return;
    this.#documentsKept.delete(oldest);
    this.#options.contents.ledgers.get(oldest)?.forgetDocument();
  }
}
