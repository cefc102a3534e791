// Carries a projection store along the log, chunk by chunk: loads the views it needs, folds, commits. Used by projector and rebuild.
import { DocumentFault, type Document } from '@confledger/document';
import type { StoredEvent } from '../ports/event-store.js';
import { ProjectionRefused, type DocumentAt, type ProjectionStore } from '../ports/projection-store.js';
import type { ProjectorEvent } from '../followers/projector.js';
import { BatchFold, type DecodeEvent } from './batch-fold.js';
import { emptyView, projectedLedger, type LedgerView } from './ledger-view.js';
import { ViewCache } from './view-cache.js';
import { viewOfKept } from './view-rows.js';

export interface LogFolderOptions {
  readonly store: ProjectionStore;
  readonly documentAt: DocumentAt;
  readonly decode: DecodeEvent;
  /** The store's checkpoint. */
  readonly at: bigint;
  readonly tell?: (event: ProjectorEvent) => void;
  readonly cachedLeavesMax?: number;
}

type FoldedBatch = ReturnType<BatchFold['finish']>;

export class LogFolder {
  readonly #options: LogFolderOptions;
  readonly #cache: ViewCache;
  #position: bigint;
  #underWay: { readonly folded: FoldedBatch; readonly settled: Promise<'committed' | 'superseded'> } | null = null;
  /** Raised when a batch was refused: what was folded on top of it does not hold. */
  #epoch = 0;

  constructor(options: LogFolderOptions) {
    this.#options = options;
    this.#position = options.at;
    this.#cache = new ViewCache(options.cachedLeavesMax);
  }

  /** What has been committed. */
  get position(): bigint {
    return this.#position;
  }

  /** Folds and commits the next events of the log. After 'superseded' and after a rejection this folder is of no use any more. */
  async take(events: readonly StoredEvent[]): Promise<'committed' | 'superseded'> {
    return (await this.push(events)) === 'superseded' ? 'superseded' : await this.flush();
  }

  /**
   * Folds the next events while those before are being committed, and begins their commit when that is done; `flush` tells how it ends.
   * Measured on a long log: folding and Postgres take about as long as each other, so the two at once are nearly twice as quick.
   */
  async push(events: readonly StoredEvent[]): Promise<'committed' | 'superseded'> {
    const epoch = this.#epoch;
    let folded = await this.#finished(events);
    if ((await this.flush()) === 'superseded') return 'superseded';
    // What was refused has been parked, so these events stand on other views than they were folded on.
    if (this.#epoch !== epoch) folded = await this.#finished(events);
    const settled = this.#settle(events, folded);
    this.#underWay = { folded, settled };
    // Whoever calls `flush` or `push` next hears of it.
    settled.catch(() => undefined);
    return 'committed';
  }

  /** Resolves when everything pushed is committed; rejects as a commit does. */
  flush(): Promise<'committed' | 'superseded'> {
    return this.#underWay?.settled ?? Promise.resolve('committed');
  }

  async #settle(events: readonly StoredEvent[], folded: FoldedBatch): Promise<'committed' | 'superseded'> {
    const outcome = await this.#commitOrPark(events, folded);
    if (outcome === 'committed') this.#underWay = null;
    return outcome;
  }

  async #commitOrPark(events: readonly StoredEvent[], folded: FoldedBatch): Promise<'committed' | 'superseded'> {
    try {
      return await this.#commit(folded, events.length);
    } catch (error) {
      if (!(error instanceof ProjectionRefused)) throw error;
      this.#epoch += 1;
      this.#underWay = null;
      return events.length > 1 ? await this.#takeHalves(events) : await this.#parkOnly(events, error);
    }
  }

  /** The store refuses something in there: halving finds the event, and everything else goes in. */
  async #takeHalves(events: readonly StoredEvent[]): Promise<'committed' | 'superseded'> {
    const middle = Math.ceil(events.length / 2);
    for (const half of [events.slice(0, middle), events.slice(middle)]) {
      if ((await this.#commitOrPark(half, await this.#finished(half))) === 'superseded') return 'superseded';
    }
    return 'committed';
  }

  async #parkOnly(events: readonly StoredEvent[], refusal: ProjectionRefused): Promise<'committed' | 'superseded'> {
    const fold = await this.#begin(events);
    for (const stored of events) fold.park(stored, `the store refused it: ${refusal.message}`);
    return await this.#commit(fold.finish(), events.length);
  }

  async #begin(events: readonly StoredEvent[], eager = false): Promise<BatchFold> {
    return new BatchFold({
      eager,
      from: this.#underWay?.folded.batch.to ?? this.#position,
      decode: this.#options.decode,
      views: await this.#viewsFor(events),
    });
  }

  /** Folded in one go; where a change cannot be made, once more change set by change set, which finds the event to park. */
  async #finished(events: readonly StoredEvent[]): Promise<FoldedBatch> {
    try {
      return (await this.#folded(events, false)).finish();
    } catch (error) {
      if (!(error instanceof DocumentFault)) throw error;
      return (await this.#folded(events, true)).finish();
    }
  }

  async #folded(events: readonly StoredEvent[], eager: boolean): Promise<BatchFold> {
    const fold = await this.#begin(events, eager);
    for (const stored of events) {
      const documents = new Map<number, Document | null>();
      for (let need = fold.add(stored, documents); need !== null; need = fold.add(stored, documents)) {
        documents.set(need.version, await this.#options.documentAt(need.ledger, need.version));
      }
    }
    return fold;
  }

  async #commit({ batch, views }: FoldedBatch, events: number): Promise<'committed' | 'superseded'> {
    const outcome = await this.#options.store.commit(batch);
    if (outcome === 'superseded') return outcome;
    this.#position = batch.to;
    this.#cache.put(views);
    const tell = this.#options.tell;
    for (const { position, stream, reason } of batch.parked) tell?.({ kind: 'parked', position, stream, reason });
    tell?.({ kind: 'committed', position: batch.to, events });
    return outcome;
  }

  async #viewsFor(events: readonly StoredEvent[]): Promise<readonly LedgerView[]> {
    const underWay = this.#underWay?.folded.views;
    const views: LedgerView[] = [];
    const missing: string[] = [];
    for (const ledger of new Set(events.map(({ stream }) => projectedLedger(stream)))) {
      if (ledger === null) continue;
      const view = underWay?.find((other) => other.ledger === ledger) ?? this.#cache.get(ledger);
      if (view) views.push(view);
      else missing.push(ledger);
    }
    if (missing.length === 0) return views;
    const kept = await this.#options.store.load(missing);
    for (const ledger of missing) {
      const row = kept.get(ledger);
      views.push(row ? viewOfKept(row, this.#options.decode) : emptyView(ledger));
    }
    return views;
  }
}
