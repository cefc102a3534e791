// A node's reading of its partition, from what a consumer delivers to what the sink receives. Knows no connections: the session attaches
// it to a consumer, and to another one when that has failed.
import { Backoff } from '@confledger/backoff';
import type { FeedSink } from '@confledger/contracts';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { PartitionScan } from './partition-scan.js';
import { readBeat, readKey, readLeaf, readMarker } from './records.js';
import type { ConsumerListener } from './topic-consumer.js';

/** New readings are whole documents: they are asked for less often than a connection. */
const RESTART_DELAY_MS = 100;
const RESTART_DELAY_MS_MAX = 30_000;

/** A consumer's partition, as the reader needs it. */
export interface PartitionSource {
  readonly partition: number;
  readonly partitionCount: number;
  readonly offsets: () => Promise<{ readonly low: bigint; readonly high: bigint }>;
  readonly seekToStart: () => void;
}

/** `gathering`: up to a captured end; `waiting`: for a new reading to begin, what comes meanwhile is dropped; `live`: passed on as it comes. */
type Phase = { readonly name: 'gathering'; readonly scan: PartitionScan } | { readonly name: 'waiting' } | { readonly name: 'live' };

export class PartitionReader implements ConsumerListener {
  readonly #ledger: string;
  readonly #sink: FeedSink;
  readonly #onComplete: () => void;
  readonly #restartBackoff = new Backoff(RESTART_DELAY_MS, RESTART_DELAY_MS_MAX);
  #source: PartitionSource | null = null;
  #fail: (error: Error) => void = () => undefined;
  #phase: Phase = { name: 'waiting' };
  /** The offset behind what was delivered. */
  #next = 0n;
  #incarnation: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(ledger: string, sink: FeedSink, onComplete: () => void) {
    this.#ledger = ledger;
    this.#sink = sink;
    this.#onComplete = onComplete;
  }

  /** From now on this consumer's. What it answers resolves when the reader cannot go on with it. */
  attach(source: PartitionSource): Promise<Error> {
    this.#source = source;
    return new Promise((resolve) => (this.#fail = resolve));
  }

  detach(): void {
    this.#source = null;
    this.#wait();
  }

  close(): void {
    this.#closed = true;
    this.detach();
  }

  /** A new reading after a pause that grows. */
  restart(): void {
    this.#wait();
    this.#after(this.#restartBackoff.nextMs(), () => this.#beginAtStart());
  }

  joined(): void {
    this.#begin();
  }

  /** Nothing but our own calls happens in here, so that a batch which is fresh at its beginning is fresh to its end. */
  batch({ batch }: EachBatchPayload): void {
    if (this.#phase.name === 'waiting' || batch.partition !== this.#source?.partition) return;
    if (BigInt(batch.firstOffset() ?? this.#next) < this.#next) return this.#offsetFell();
    for (const message of batch.messages) {
      this.#record(message);
      if (this.#waiting()) return;
    }
  }

  passed(partition: number, next: bigint): void {
    if (this.#waiting() || partition !== this.#source?.partition) return;
    if (next < this.#next) return this.#offsetFell();
    this.#next = next;
    this.#settle();
  }

  /** Another topic under the same name, or one whose tail is gone. */
  #offsetFell(): void {
    this.restart();
  }

  #record(message: KafkaMessage): void {
    const key = readKey(message.key);
    if (key === null) return;
    if (key.kind === 'beat') return this.#beat(message);
    if (key.ledger !== this.#ledger) return;
    const to = this.#phase.name === 'gathering' ? this.#phase.scan : this.#sink;
    if (key.path !== '') {
      const leaf = readLeaf(key.path, message);
      // A leaf that cannot be read is missed by the digest of its marker.
      if (leaf !== null) to.leaf(leaf);
      return;
    }
    const marker = readMarker(message);
    if (this.#phase.name === 'gathering') this.#phase.scan.active(marker);
    else if (marker !== null) this.#sink.active(marker);
  }

  #beat(message: KafkaMessage): void {
    const beat = readBeat(message);
    if (beat === null) return;
    const count = this.#source?.partitionCount;
    if (beat.partitions !== count)
      return this.#fail(new Error(`the topic has ${count} partitions, its publisher wrote it with ${beat.partitions}`));
    if (this.#phase.name === 'gathering') {
      this.#phase.scan.incarnation = beat.incarnation;
      return;
    }
    if (this.#incarnation !== null && beat.incarnation !== this.#incarnation) return this.restart();
    this.#incarnation = beat.incarnation;
    this.#sink.beat(beat);
  }

  #beginAtStart(): void {
    if (this.#source === null) return;
    this.#source.seekToStart();
    this.#begin();
  }

  #begin(): void {
    this.#cancelTimer();
    this.#next = 0n;
    this.#gather(new PartitionScan());
  }

  /** Asks where the topic ends now; the sink gets the reading when it has come that far. */
  #gather(scan: PartitionScan): void {
    this.#phase = { name: 'gathering', scan };
    const source = this.#source;
    source?.offsets().then(
      ({ low, high }) => {
        if (this.#source !== source || !this.#isGathering(scan)) return;
        scan.end = high;
        // Nothing is delivered of a topic that holds nothing.
        if (low === high && this.#next < high) this.#next = high;
        this.#settle();
      },
      (error: unknown) => {
        if (this.#source === source) this.#fail(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }

  /** At the captured end: passes on what was gathered, unless it is what the node runs already. */
  #settle(): void {
    if (this.#phase.name !== 'gathering') return;
    const { scan } = this.#phase;
    if (scan.end === null || this.#next < scan.end) return;
    this.#incarnation = scan.incarnation;
    if (!scan.is(this.#sink.resumeId())) scan.passTo(this.#sink);
    if (!this.#isGathering(scan)) return;
    const answer = this.#sink.synchronized();
    if (!this.#isGathering(scan)) return;
    if (answer === 'incomplete') return this.#readOn(scan);
    this.#phase = { name: 'live' };
    this.#restartBackoff.reset();
    this.#onComplete();
  }

  /** Compaction may have removed records below the end that was captured: what replaced them lies behind it. When nothing does, all is read anew. */
  #readOn(scan: PartitionScan): void {
    const passed = this.#next;
    scan.end = null;
    this.#after(this.#restartBackoff.nextMs(), () => {
      if (!this.#isGathering(scan)) return;
      if (this.#next > passed) this.#gather(scan);
      else this.#beginAtStart();
    });
  }

  #wait(): void {
    this.#phase = { name: 'waiting' };
    this.#cancelTimer();
  }

  #waiting(): boolean {
    return this.#phase.name === 'waiting';
  }

  #isGathering(scan: PartitionScan): boolean {
    return !this.#closed && this.#phase.name === 'gathering' && this.#phase.scan === scan;
  }

  #after(delayMs: number, act: () => void): void {
    this.#cancelTimer();
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      act();
    }, delayMs);
  }

  #cancelTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
