// One ledger as this process keeps it: a folded state that may lag behind the log, and reads that bring it to its end.
// A kept state may only propose: whatever is answered from it without an append is first checked against the log.
import { LedgerCorrupt, evolve } from '@confledger/domain';
import { decodeEvent } from '../codec.js';
import type { LedgerReader, Loaded } from './ledger-reader.js';
import type { StoredEvent } from '../ports/event-store.js';

export class KeptLedger {
  readonly ledger: string;
  readonly #reader: LedgerReader;
  #kept: Loaded | null = null;
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

  /** Leaves held in memory, for the bound over all ledgers. */
  get leafCount(): number {
    const state = this.#kept?.state;
    return state?.phase === 'existing' ? state.head.document.leafCount : 0;
  }

  /** True while a reading is under way: the ledger is then not to be forgotten. */
  get busy(): boolean {
    return this.#reading !== null || this.#savingSnapshot;
  }

  /**
   * The state at the end of the stream, by a read that began after this call: everything acknowledged before is in it.
   * Callers that come while a read is under way share the next one.
   */
  fresh(): Promise<Loaded> {
    if (this.#reading === null) return this.#read();
    this.#nextReading ??= this.#reading.then(
      () => this.#startNext(),
      () => this.#startNext(),
    );
    return this.#nextReading;
  }

  /** Takes a newer state over: what this process appended, or what was handed over. An older one is ignored. */
  advance(loaded: Loaded): void {
    if (this.#kept !== null && this.#kept.state.revision >= loaded.state.revision) return;
    this.#kept = { ...loaded, snapshotAt: Math.max(loaded.snapshotAt, this.#kept?.snapshotAt ?? 0) };
    this.#snapshotLater();
  }

  /** Folds a committed event in when it is the very next one; anything else, one that does not fit too, is left to the next read. */
  observe(stored: StoredEvent): void {
    const kept = this.#kept;
    if (kept === null || kept.state.revision + 1 !== stored.revision) return;
    try {
      this.advance({ ...kept, state: evolve(kept.state, decodeEvent(stored)), position: stored.position });
    } catch {
      this.drop();
    }
  }

  /** Forgets what is kept, because the outcome of an append was in doubt. */
  drop(): void {
    this.#kept = null;
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
        if (error instanceof LedgerCorrupt) this.drop();
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
