// One stream as this process keeps it: a folded state that may lag behind the log, and reads that bring it to its end.
// A kept state may only propose: whatever is answered from it without an append is first checked against the log.
import { StreamCorrupt, type AggregateTypes, type StreamOf } from '@confledger/domain';
import { EventStoreUnavailable, type StoredEvent } from '../ports/event-store.js';
import { isStreamFault } from './broken-streams.js';
import type { Loaded } from './loaded.js';
import type { StreamReader } from './stream-reader.js';

/** A stream that does not hold is not loaded again for so long: each attempt may cost a whole history. */
export const BROKEN_PAUSE_MS = 5_000;

export class KeptStream<A extends AggregateTypes> {
  readonly id: A['id'];
  readonly #reader: StreamReader<A>;
  #kept: Loaded<A> | null = null;
  /** The last state that a read confirmed. Survives a doubtful append, so that local reads can be answered; nothing is decided on it. */
  #known: Loaded<A> | null = null;
  #reading: Promise<Loaded<A>> | null = null;
  #nextReading: Promise<Loaded<A>> | null = null;
  #savingSnapshot = false;
  /** Where a change set leads that this process is appending in parts. */
  #appending: StreamOf<A> | null = null;
  /** Why the stream cannot be loaded, and until when nobody tries again, by `performance.now()`. */
  #broken: { readonly error: unknown; readonly untilMs: number } | null = null;

  constructor(id: A['id'], reader: StreamReader<A>) {
    this.id = id;
    this.#reader = reader;
  }

  /** What is kept, however old; null before the first reading, after a doubt, and while the stream is known not to hold. */
  get kept(): Loaded<A> | null {
    return this.#reader.isBroken(this.id) ? null : this.#kept;
  }

  /** What is kept, or was before a doubt: enough for whoever asks for a state of the log, but not for its newest. */
  get known(): Loaded<A> | null {
    return this.#reader.isBroken(this.id) ? null : (this.#kept ?? this.#known);
  }

  /** What it takes in memory, in leaves or their like. */
  get size(): number {
    const state = this.known?.stream.state ?? null;
    return state === null ? 0 : this.#reader.aggregate.sizeOf(state);
  }

  /** True while a read is under way: the stream is then not to be forgotten. */
  get busy(): boolean {
    return this.#reading !== null || this.#savingSnapshot;
  }

  /**
   * The state at the end of the stream, by a read that began after this call: everything acknowledged before is in it.
   * Callers that come while a read is under way share the next one, or its failure when the store was away.
   */
  fresh(): Promise<Loaded<A>> {
    if (this.#broken !== null && performance.now() < this.#broken.untilMs) return Promise.reject(this.#broken.error);
    if (this.#reading === null) return this.#read();
    this.#nextReading ??= this.#reading.then(
      () => this.#startNext(),
      (error: unknown) => {
        // A store that hangs would make them wait its whole time limit once more.
        if (!(error instanceof EventStoreUnavailable)) return this.#startNext();
        this.#nextReading = null;
        throw error;
      },
    );
    return this.#nextReading;
  }

  /** Takes a newer state over: what this process appended, or what was handed over. An older one is ignored. */
  advance(loaded: Loaded<A>): void {
    if (this.#kept !== null && this.#kept.stream.revision >= loaded.stream.revision) return;
    this.#kept = { ...loaded, snapshotAt: Math.max(loaded.snapshotAt, this.#kept?.snapshotAt ?? 0) };
    this.#known = null;
    this.#snapshotLater();
  }

  /**
   * Runs the appends of a change set in several parts that leads to `after`. Its events may be observed before the last part is answered:
   * they are not folded again meanwhile, which for 100,000 of them took a second.
   */
  async whileAppending<T>(after: StreamOf<A>, appends: () => Promise<T>): Promise<T> {
    this.#appending = after;
    try {
      return await appends();
    } finally {
      this.#appending = null;
    }
  }

  /** Folds a committed event in when it is the very next one; anything else, one that does not fit too, is left to the next read. */
  observe(stored: StoredEvent): void {
    const kept = this.#kept;
    if (kept === null) return;
    try {
      const stream = this.#observed(kept.stream, stored);
      if (stream !== null) this.advance({ ...kept, stream, position: stored.position });
    } catch {
      this.forget();
    }
  }

  /** The state with a committed event, where that is known without a read. */
  #observed(stream: StreamOf<A>, stored: StoredEvent): StreamOf<A> | null {
    const after = this.#appending;
    // What another process wrote in the place of a part makes the append fail, and the state is read anew.
    if (after !== null && stored.revision < after.revision) return null;
    const isEnd = after?.revision === stored.revision && stream.revision < stored.revision;
    const isNext = stream.revision + 1 === stored.revision;
    if (!isEnd && !isNext) return null;
    const event = this.#reader.decode(stored);
    // The chain makes the hash of the last event that of all before it.
    if (!isEnd || event.metadata.hash !== after.hash) return isNext ? this.#reader.followed(stream, event) : null;
    this.#reader.authentication.mac(event);
    return after;
  }

  /** Stops proposals on what is kept, because the outcome of an append was in doubt. */
  drop(): void {
    this.#known = this.known;
    this.#kept = null;
  }

  /** Also stops local reads: something newer was acknowledged, or the state contradicts the log. */
  forget(): void {
    this.#kept = null;
    this.#known = null;
  }

  #startNext(): Promise<Loaded<A>> {
    this.#nextReading = null;
    return this.#read();
  }

  #read(): Promise<Loaded<A>> {
    if (this.#reader.isBroken(this.id)) this.forget();
    const kept = this.#kept;
    const reading = kept === null ? this.#reader.end(this.id) : this.#reader.tail(kept);
    this.#reading = reading.then(
      (loaded) => this.#arrived(loaded),
      (error: unknown) => {
        this.#reading = null;
        if (isStreamFault(error)) {
          // What is kept may be what does not fit: the next read begins anew.
          if (error instanceof StreamCorrupt) this.forget();
          this.#broken = { error, untilMs: performance.now() + BROKEN_PAUSE_MS };
        }
        throw error;
      },
    );
    return this.#reading;
  }

  #arrived(loaded: Loaded<A>): Loaded<A> {
    this.#reading = null;
    this.#broken = null;
    this.advance(loaded);
    return this.#kept ?? loaded;
  }

  #snapshotLater(): void {
    const due = this.#kept;
    if (this.#savingSnapshot || due === null || !this.#reader.snapshotIsDue(due)) return;
    this.#savingSnapshot = true;
    setImmediate(() => {
      void this.#reader.saveSnapshot(due).then(() => {
        this.#savingSnapshot = false;
        if (this.#kept !== null) this.#kept = { ...this.#kept, snapshotAt: due.stream.revision };
      });
    });
  }
}
