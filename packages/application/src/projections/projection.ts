// What makes rows of one kind of stream. The driver (log-folder.ts, batch-fold.ts) knows change sets, chains, gaps and parking; a
// projection knows what its events mean.
import type { Document } from '@confledger/document';
import type { LedgerId, Recorded, StreamState } from '@confledger/domain';
import type { StoredEvent } from '../ports/event-store.js';
import type { ActivationWrite, EnvironmentWrite, ProjectionBatch, StoredView, TagWrite, VersionWrite } from '../ports/projection-store.js';
import type { AuditRow } from '../ports/read-model.js';

/** An event with the place in the log that it was read from. */
export type Logged<R extends Recorded = Recorded> = R & { readonly stored: StoredEvent };

/** What the projection driver knows of one stream between two events: an immutable value, made anew by every event. */
export interface View<S = unknown> {
  readonly projection: Projection<S>;
  readonly stream: StreamState<S, Logged>;
  /** The events of an open change set, where this release cannot read them all: a newer one, which was taken back, had kept them. */
  readonly unread: readonly StoredEvent[] | null;
  /** Position of the event that could not be applied: nothing behind it in this stream takes effect. */
  readonly parkedAt: bigint | null;
}

/** Rows that completed change sets add. */
export interface AddedRows {
  readonly environments: readonly EnvironmentWrite[];
  readonly versions: readonly VersionWrite[];
  readonly activations: readonly ActivationWrite[];
  readonly tags: readonly TagWrite[];
}

export const NO_ROWS: AddedRows = { environments: [], versions: [], activations: [], tags: [] };

/** Rows that follow from how a stream changed over a batch. */
export type ChangedRows = Pick<ProjectionBatch, 'ledgers' | 'items' | 'itemsGone'>;

/** A document that a change set cannot be projected without. */
export interface DocumentNeed {
  readonly ledger: LedgerId;
  readonly version: number;
  /** What the activation says of it. */
  readonly digest: string;
}

/** Documents of older versions, fetched because a change set needed them. Null: there is no such version. */
export type KnownDocuments = ReadonlyMap<number, Document | null>;

export type Completed<S> =
  | { readonly kind: 'projected'; readonly state: S; readonly rows: AddedRows }
  /** The change set cannot be projected: it takes no effect, and neither does what follows it in its stream. */
  | { readonly kind: 'refused'; readonly reason: string };

/** A change set that has taken effect, and the state around it. */
export interface CompletedChangeSet<S> {
  readonly stream: string;
  readonly before: S | null;
  readonly after: S;
  readonly events: readonly Logged[];
}

/** What an audit row says beside the envelope of its event. */
export type AuditDetail = Pick<AuditRow, 'version' | 'path' | 'before' | 'after' | 'detail'>;

/** `S` is the state that it folds. Pure. */
export interface Projection<S = unknown> {
  /** Throws `EventUnreadable`. */
  decode(stored: StoredEvent): Recorded;
  /** Throws `EventMisfit`. `isEager`: changes are made at once, so that the one that cannot be is found where it is made. */
  apply(state: S | null, events: readonly Logged[], isEager: boolean): S;
  /** What a whole change set cannot be projected without, asked before it is applied; null when all is there. */
  need(stream: StreamState<S, Logged>, events: readonly Logged[], documents: KnownDocuments): DocumentNeed | null;
  /** The rows that a change set adds, once it is applied. */
  complete(set: CompletedChangeSet<S>, documents: KnownDocuments): Completed<S>;
  /** For each event of a change set, in their order. An abandoned one took no effect on `before`. */
  audit(before: S | null, events: readonly Logged[], isAbandoned: boolean): readonly AuditDetail[];
  /** At the end of a batch. Throws a DocumentFault for a change that was put off and cannot be made. */
  settle(state: S): S;
  /** The rows of a stream whose view has changed. */
  rows(before: View<S>, after: View<S>): ChangedRows;
  /** The state that rows were made from. */
  restore(stored: StoredView): S | null;
  /** What the state takes in memory, in leaves of a document or their like. */
  sizeOf(state: S): number;
}
