// One ledger as this process keeps it: a folded state that may lag behind the log, and reads that bring it to its end.
// A kept state may only propose: whatever is answered from it without an append is first checked against the log.
import { LedgerCorrupt, evolve } from '@confledger/domain';
import { decodeEvent } from '../codec.js';
import type { LedgerReader, Loaded } from './ledger-reader.js';
import { EventStoreUnavailable, type StoredEvent } from '../ports/event-store.js';

export class KeptLedger {
  readonly ledger: string;
  readonly #reader: LedgerReader;
  #kept: Loaded | null = null;
  /** Was true once: never what an append in doubt may have made of it. */
  #known: Loaded | null = null;
  #reading: Promise<Loaded> | null = null;
  #nextReading: Promise<Loaded> | null = null;
  #savingSnapshot = false;

  constructor(ledger: string, reader: LedgerReader) {
    this.ledger = ledger;
    this.#reader = reader;
  }

  /** What is kept, however old; null before the first reading and after a doubt. */
  get kept(): Loaded | null {
    return this.#kept;
  }

  /** What is kept, or was before a doubt: enough for whoever asks for a state of the log, but not for its newest. */
  get known(): Loaded | null {
    return this.#kept ?? this.#known;
  }

  /** Leaves held in memory, for the bound over all ledgers. */
  get leafCount(): number {
    const state = this.known?.state;
    return state?.phase === 'existing' ? state.head.document.leafCount : 0;
  }

  /** True while a reading is under way: the ledger is then not to be forgotten. */
  get busy(): boolean {
    return this.#reading !== null || this.#savingSnapshot;
  }

  /**
   * The state at the end of the stream, by a read that began after this call: everything acknowledged before is in it.
   * Callers that come while a read is under way share the next one, or its failure when the store was away.
   */
  fresh(): Promise<Loaded> {
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
  advance(loaded: Loaded): void {
    if (this.#kept !== null && this.#kept.state.revision >= loaded.state.revision) return;
    this.#kept = { ...loaded, snapshotAt: Math.max(loaded.snapshotAt, this.#kept?.snapshotAt ?? 0) };
    this.#known = null;
    this.#snapshotLater();
  }

  /** Folds a committed event in when it is the very next one; anything else, one that does not fit too, is left to the next read. */
  observe(stored: StoredEvent): void {
    const kept = this.#kept;
    if (kept === null || kept.state.revision + 1 !== stored.revision) return;
    try {
      this.advance({ ...kept, state: evolve(kept.state, decodeEvent(stored)), position: stored.position });
    } catch {
      this.forget();
    }
  }

  /** Nothing is proposed on what is kept any more, because the outcome of an append was in doubt. */
  drop(): void {
    this.#known = this.known;
    this.#kept = null;
  }

  /** Nor is it answered from: something newer was acknowledged, or it does not fit the log. */
  forget(): void {
    this.#kept = null;
    this.#known = null;
  }

  #startNext(): Promise<Loaded> {
    this.#nextReading = null;
    return this.#read();
  }

  #read(): Promise<Loaded> {
    const kept = this.#kept;
    const reading = kept === null ? this.#reader.head(this.ledger) : this.#reader.tail(kept);
    this.#reading = reading.then(
      (loaded) => this.#arrived(loaded),
      (error: unknown) => {
        this.#reading = null;
        // What is kept may be what does not fit: the next reading begins anew.
        if (error instanceof LedgerCorrupt) this.forget();
        throw error;
      },
    );
    return this.#reading;
  }

  #arrived(loaded: Loaded): Loaded {
    this.#reading = null;
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
        if (this.#kept !== null) this.#kept = { ...this.#kept, snapshotAt: due.state.revision };
      });
    });
  }
}
