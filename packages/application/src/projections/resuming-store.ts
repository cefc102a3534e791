// A projection store for the fold of one parked stream. Its batches are committed at the checkpoint that does not move, by compare-and-set
// on the stream's own row, and the stream shows as incomplete until the last of them.
import type { StoredEvent } from '../ports/event-store.js';
import type { ParkedStream } from '../ports/parked.js';
import type { LedgerWrite, ProjectionBatch, ProjectionStore, StoredView, StreamWrite } from '../ports/projection-store.js';
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
  /** `parkedAt` of where the stream stands in the tables, until the last commit. */
  #parkedAt: bigint | null = null;
  /** Where the stream stands as the fold made it last. */
  #end: End | null = null;
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

  async load(streams: readonly string[]): Promise<ReadonlyMap<string, StoredView>> {
    const stored = await this.#store.load(streams);
    const resumed = [...stored].map(([name, { stream, ...rest }]): [string, StoredView] => {
      this.#parkedAt = stream.parkedAt;
      return [name, { ...rest, stream: { ...stream, parkedAt: null } }];
    });
    return new Map(resumed);
  }

  async commit(batch: ProjectionBatch): Promise<Outcome> {
    const stopped = this.#stopped ?? batch.parkedStreams[0] ?? null;
    const end = endOf(batch) ?? this.#end;
    const isSame = stopped !== null && this.#parkedAt !== null && end?.stream.parkedAt === this.#parkedAt;
    if (isSame && equalRows(stopped, this.#row)) {
      this.#isUnchanged = true;
      return 'committed';
    }
    const behind = this.#upcoming.find(({ position }) => position > batch.to);
    // Events behind the one that stopped the fold before are parked with the same words already.
    const isLast = behind === undefined || isSame;
    const next = stopped ?? (behind === undefined ? null : parkedFrom(behind, this.#first.reason));
    const outcome = await this.#store.commit(this.#atCheckpoint(batch, next, isLast ? end : this.#incomplete(end)));
    if (outcome === 'superseded') return outcome;
    this.#row = next;
    this.#stopped = stopped;
    this.#end = end;
    this.#isFinished = isLast;
    return outcome;
  }

  #atCheckpoint(batch: ProjectionBatch, next: ParkedStream | null, end: End | null): ProjectionBatch {
    const events = this.#upcoming.map(({ position }) => position).filter((position) => position > batch.from && position <= batch.to);
    const resumed = { stream: this.#first.stream, revision: this.#row?.revision ?? this.#first.revision, events, next };
    return { ...batch, from: this.#at, to: this.#at, mark: null, ...rowsOf(end), parkedStreams: [], resumed };
  }

  /** Of a stream of which more is to be folded: it stays incomplete for readers, and for a projector that takes over here. */
  #incomplete(end: End | null): End | null {
    if (end === null) return null;
    const parkedAt = this.#parkedAt ?? this.#first.position;
    return { stream: { ...end.stream, parkedAt }, ledger: end.ledger && { ...end.ledger, parkedAt } };
  }
}

/** Where the stream stands, and its ledger where it is one. */
interface End {
  readonly stream: StreamWrite;
  readonly ledger: LedgerWrite | null;
}

function endOf({ streams: [stream], ledgers: [ledger] }: ProjectionBatch): End | null {
  return stream === undefined ? null : { stream, ledger: ledger ?? null };
}

function rowsOf(end: End | null): Pick<ProjectionBatch, 'streams' | 'ledgers'> {
  return { streams: end === null ? [] : [end.stream], ledgers: end?.ledger ? [end.ledger] : [] };
}

function equalRows(one: ParkedStream, other: ParkedStream | null): boolean {
  return one.revision === other?.revision && one.position === other.position && one.type === other.type && one.reason === other.reason;
}
