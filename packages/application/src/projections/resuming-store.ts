// A projection store for the fold of one parked stream. Its batches are committed at the checkpoint that does not move, by compare-and-set
// on the stream's own row, and a ledger shows as incomplete until the last of them.
import type { StoredEvent } from '../ports/event-store.js';
import type { KeptLedger, LedgerWrite, ParkedStream, ProjectionBatch, ProjectionStore } from '../ports/projection-store.js';
import { parkedFrom } from './batch-fold.js';
import type { LogFolder } from './log-folder.js';

type Outcome = 'committed' | 'superseded';

export class ResumingStore implements Pick<ProjectionStore, 'load' | 'commit'> {
  readonly #store: ProjectionStore;
  readonly #first: ParkedStream;
  readonly #at: bigint;
  /** The chunk that is being folded, and the event behind it. */
  #upcoming: readonly StoredEvent[] = [];
  /** The stream's row in the tables. */
  #row: ParkedStream | null;
  /** `parkedAt` of the ledger's row in the tables, until the last commit. */
  #parkedAt: bigint | null = null;
  /** The ledger's row as the fold made it last. */
  #ledger: LedgerWrite | null = null;
  /** Where the fold stopped again. */
  #stopped: ParkedStream | null = null;
  #isFinished = false;
  #isUnchanged = false;

  constructor(store: ProjectionStore, row: ParkedStream, at: bigint) {
    this.#store = store;
    this.#first = row;
    this.#row = row;
    this.#at = at;
  }

  /** The stream's row; null when the stream is not parked any more. */
  get row(): ParkedStream | null {
    return this.#row;
  }

  /** True when the stream is folded up to the checkpoint, or parked there as a rebuild parks it. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** True when the fold stopped where it had stopped before, so that nothing was written. */
  get isUnchanged(): boolean {
    return this.#isUnchanged;
  }

  /** Folds a chunk into this store; `next` is the event behind it. */
  take(folder: LogFolder, chunk: readonly StoredEvent[], next: StoredEvent | undefined): Promise<Outcome> {
    this.#upcoming = next === undefined ? chunk : [...chunk, next];
    return folder.take(chunk);
  }

  async load(ledgers: readonly string[]): Promise<ReadonlyMap<string, KeptLedger>> {
    const kept = await this.#store.load(ledgers);
    const resumed = [...kept].map(([ledger, { row, ...rest }]): [string, KeptLedger] => {
      this.#parkedAt = row.parkedAt;
      return [ledger, { ...rest, row: { ...row, parkedAt: null } }];
    });
    return new Map(resumed);
  }

  async commit(batch: ProjectionBatch): Promise<Outcome> {
    const stopped = this.#stopped ?? batch.parkedStreams[0] ?? null;
    const ledger = batch.ledgers[0] ?? this.#ledger;
    const isSame = stopped !== null && this.#parkedAt !== null && ledger?.parkedAt === this.#parkedAt;
    if (isSame && equalRows(stopped, this.#row)) {
      this.#isUnchanged = true;
      return 'committed';
    }
    const behind = this.#upcoming.find(({ position }) => position > batch.to);
    // Events behind the one that stopped the fold before are parked with the same words already.
    const isLast = behind === undefined || isSame;
    const next = stopped ?? (behind === undefined ? null : parkedFrom(behind, this.#first.reason));
    const outcome = await this.#store.commit(this.#atCheckpoint(batch, next, isLast ? ledger : this.#incomplete(ledger)));
    if (outcome === 'superseded') return outcome;
    this.#row = next;
    this.#stopped = stopped;
    this.#ledger = ledger;
    this.#isFinished = isLast;
    return outcome;
  }

  #atCheckpoint(batch: ProjectionBatch, next: ParkedStream | null, ledger: LedgerWrite | null): ProjectionBatch {
    const events = this.#upcoming.map(({ position }) => position).filter((position) => position > batch.from && position <= batch.to);
    const resumed = { stream: this.#first.stream, revision: this.#row?.revision ?? this.#first.revision, events, next };
    return { ...batch, from: this.#at, to: this.#at, mark: null, ledgers: ledger === null ? [] : [ledger], parkedStreams: [], resumed };
  }

  /** The row of a ledger of which more is to be folded: it stays incomplete for readers, and for a projector that takes over here. */
  #incomplete(ledger: LedgerWrite | null): LedgerWrite | null {
    return ledger && { ...ledger, parkedAt: this.#parkedAt ?? this.#first.position };
  }
}

function equalRows(one: ParkedStream, other: ParkedStream | null): boolean {
  return one.revision === other?.revision && one.position === other.position && one.type === other.type && one.reason === other.reason;
}
