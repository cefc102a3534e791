// The projection driver: carries a projection store along the log, chunk by chunk. Gives each projection the events of its streams, parks
// streams that none knows, and commits rows, parked streams and checkpoint together.
import { DocumentFault, type Document } from '@confledger/document';
import { isStreamFault } from '../loading/broken-streams.js';
import type { EventPlace, StoredEvent } from '../ports/event-store.js';
import { ProjectionRefused, type DocumentAt, type ProjectionBatch, type ProjectionStore } from '../ports/projection-store.js';
import type { ParkedStream } from '../ports/parked.js';
import type { DriverEvent } from './driver-events.js';
import { BatchFold, parkedEvent, parkedFrom, type FoldedRows } from './batch-fold.js';
import type { DocumentNeed, View } from './projection.js';
import { useOfStream, type StreamUse, type StreamUses } from './projections.js';
import { storable } from './storable.js';
import { emptyView, restoredView } from './view.js';
import { ViewCache } from './view-cache.js';

export interface LogFolderOptions {
  readonly store: Pick<ProjectionStore, 'load' | 'commit'>;
  readonly documentAt: DocumentAt;
  /** The store's checkpoint. */
  readonly at: bigint;
  readonly tell?: (event: DriverEvent) => void;
  /** What is done with each stream; default: what this release does. */
  readonly useOf?: StreamUses | undefined;
  readonly cachedLeavesMax?: number;
}

interface FoldedBatch {
  readonly batch: ProjectionBatch;
  readonly views: readonly View[];
}

/** What is done with each stream of a batch. */
type Routes = ReadonlyMap<string, StreamUse>;

const NO_DOCUMENTS: ReadonlyMap<number, Document | null> = new Map();

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
    const reason = `the store refused it: ${refusal.message}`;
    const routes = this.#routesOf(events);
    const { from, fold } = await this.#begin(routes);
    const strangers: StoredEvent[] = [];
    for (const stored of events) {
      if (routes.get(stored.stream)?.kind === 'project') fold.park(stored, reason);
      else strangers.push(stored);
    }
    const { rows, views, stopped } = fold.finish();
    // A stream whose row was refused is named by its event, which has a key that every store can hold.
    const parked = [...rows.parked, ...strangers.map((stored) => parkedEvent(stored, reason))];
    return await this.#commit({ batch: batchOf(from, events, { ...rows, parked }, stopped), views }, events.length);
  }

  async #begin(routes: Routes, isEager = false): Promise<{ from: bigint; fold: BatchFold }> {
    const from = this.#underWay?.folded.batch.to ?? this.#position;
    return { from, fold: new BatchFold({ isEager, views: await this.#viewsFor(routes) }) };
  }

  /** Folded in one go; where a change cannot be made, once more change set by change set, which finds the event to park. */
  async #finished(events: readonly StoredEvent[]): Promise<FoldedBatch> {
    try {
      return await this.#folded(events, false);
    } catch (error) {
      if (!(error instanceof DocumentFault)) throw error;
      return await this.#folded(events, true);
    }
  }

  async #folded(events: readonly StoredEvent[], isEager: boolean): Promise<FoldedBatch> {
    const routes = this.#routesOf(events);
    const { from, fold } = await this.#begin(routes, isEager);
    const strangers = new Map<string, ParkedStream>();
    for (const stored of events) {
      const use = routes.get(stored.stream);
      if (use?.kind === 'project') {
        // Awaited only where it must be: one event in some thousands needs a document.
        const need = fold.add(stored, NO_DOCUMENTS);
        if (need !== null) await this.#addWithDocuments(fold, stored, need);
      } else if (use?.kind === 'unknown' && !strangers.has(stored.stream)) strangers.set(stored.stream, parkedFrom(stored, use.reason));
    }
    const { rows, views, stopped } = fold.finish();
    return { batch: batchOf(from, events, rows, [...strangers.values(), ...stopped]), views };
  }

  async #addWithDocuments(fold: BatchFold, stored: StoredEvent, first: DocumentNeed): Promise<void> {
    const documents = new Map<number, Document | null>();
    for (let need: DocumentNeed | null = first; need !== null; need = fold.add(stored, documents)) {
      const found = await this.#documentAt(need);
      if (typeof found === 'string') return fold.park(stored, found);
      documents.set(need.version, found);
    }
  }

  /** Or why it cannot be had, however often it is asked for: that is this stream's fault, and no other's. */
  async #documentAt({ ledger, version, digest }: DocumentNeed): Promise<Document | null | string> {
    try {
      return await this.#options.documentAt(ledger, version, digest);
    } catch (error) {
      if (!isStreamFault(error)) throw error;
      return `the document of version ${version} cannot be read: ${error.message}`;
    }
  }

  #routesOf(events: readonly StoredEvent[]): Routes {
    const useOf = this.#options.useOf ?? useOfStream;
    return new Map([...new Set(events.map(({ stream }) => stream))].map((stream) => [stream, useOf(stream)]));
  }

  async #commit({ batch, views }: FoldedBatch, events: number): Promise<'committed' | 'superseded'> {
    const outcome = await this.#options.store.commit(batch);
    if (outcome === 'superseded') return outcome;
    this.#position = batch.to;
    this.#cache.put(views);
    const tell = this.#options.tell;
    for (const { position, stream, reason } of batch.parked) tell?.({ kind: 'parked', position, stream, reason });
    for (const stream of batch.parkedStreams) tell?.({ kind: 'streamParked', ...stream });
    tell?.({ kind: 'committed', position: batch.to, events });
    return outcome;
  }

  async #viewsFor(routes: Routes): Promise<readonly View[]> {
    const underWay = this.#underWay?.folded.views;
    const views: View[] = [];
    const missing: string[] = [];
    for (const [stream, { kind }] of routes) {
      if (kind !== 'project') continue;
      const view = underWay?.find((other) => other.stream.name === stream) ?? this.#cache.get(stream);
      if (view) views.push(view);
      else missing.push(stream);
    }
    if (missing.length === 0) return views;
    const stored = await this.#options.store.load(missing);
    for (const stream of missing) {
      const use = routes.get(stream);
      if (use?.kind !== 'project') continue;
      const found = stored.get(stream);
      views.push(found ? restoredView(use.projection, found) : emptyView(use.projection, stream));
    }
    return views;
  }
}

function batchOf(from: bigint, events: readonly StoredEvent[], rows: FoldedRows, parkedStreams: readonly ParkedStream[]): ProjectionBatch {
  return { from, to: events.at(-1)?.position ?? from, mark: markOf(events), ...rows, parkedStreams, resumed: null };
}

/** The last event of which every store can hold the name. */
function markOf(events: readonly StoredEvent[]): EventPlace | null {
  const last = events.findLast(({ stream }) => storable(stream) === stream);
  return last === undefined ? null : { stream: last.stream, revision: last.revision, id: last.id };
}
