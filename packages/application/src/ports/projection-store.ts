// The port to where projections are kept, seen from the projector: rows and checkpoint go in together, or not at all.
// Postgres and memory stand behind it; the read model port is the same tables seen from queries.
import type { Document, JsonValue } from '@confledger/document';
import type { Layer, LedgerId } from '@confledger/domain';
import type { ActivationRow, AuditRow, Pin } from './read-model.js';
import type { EventPlace, StoredEvent } from './event-store.js';
import type { ParkedEvent, ParkedStream } from './parked.js';

/** Where a stream stands after the batch: one row for each stream that makes rows, the whole of it each time. */
export interface StreamWrite {
  readonly stream: string;
  /** The last event that was folded, in effect or not, and its hash; -1 and null before the first. Parked events are not. */
  readonly revision: number;
  readonly hash: string | null;
  /** Position of the event that could not be applied; null for a stream that is complete. */
  readonly parkedAt: bigint | null;
}

/** Where a ledger stands after the batch: one row per ledger, the whole of it each time. */
export interface LedgerWrite {
  /** `<environment>.<service>` */
  readonly ledger: string;
  /** False while no change set of the ledger has been completed. */
  readonly exists: boolean;
  readonly latest: number | null;
  readonly active: number | null;
  /** Revision of the activation that made `active` so. */
  readonly activation: number | null;
  readonly activatedAt: string | null;
  readonly pending: number;
  readonly digest: string;
  readonly activeDigest: string | null;
  readonly activeOwn: string | null;
  readonly layers: readonly Layer[];
  readonly pinned: Pin | null;
  readonly definition: number | null;
  /** Of the last event that set or removed a schema. */
  readonly schemaRevision: number | null;
  readonly retired: boolean;
  /** When the last change set that took effect did so; null before the first. */
  readonly updatedAt: string | null;
  /** As its stream's. */
  readonly parkedAt: bigint | null;
}

/** The first ledger event that named an environment: of two rows of an environment the one of the lower position stays. */
export interface EnvironmentWrite {
  readonly environment: string;
  readonly ledger: string;
  readonly revision: number;
  readonly position: bigint;
}

/** Which of a ledger's two documents a leaf belongs to, and where it lives. */
export interface ItemKey {
  readonly ledger: string;
  readonly of: 'head' | 'active';
  readonly path: string;
}

/** One leaf of the head or the active document, with the revision that gave it its value. */
export interface ItemWrite extends ItemKey {
  readonly revision: number;
  readonly value: JsonValue;
}

export interface VersionWrite {
  readonly ledger: string;
  readonly version: number;
  readonly firstRevision: number;
  readonly actor: string;
  readonly reason: string | null;
  readonly occurredAt: string;
  readonly changeCount: number;
}

export interface ActivationWrite extends ActivationRow {
  readonly ledger: string;
}

/** A tag as it stands after the event at `revision`; without a version it is gone. */
export interface TagWrite {
  readonly ledger: string;
  readonly tag: string;
  readonly version: number | null;
  readonly revision: number;
}

/** How far the tables are: the position up to which every event has taken effect or is parked, 0n in the beginning. */
export interface Checkpoint {
  readonly position: bigint;
  /** The last event that was folded, of any stream. Null at 0, and in tables of a release that did not keep it. */
  readonly mark: EventPlace | null;
}

/** What a batch folds of a parked stream. Without any of `events` it takes the stream for one that makes no rows. */
export interface ResumedStream {
  readonly stream: string;
  /** Of the row that is there: when it has another one, the batch is superseded. */
  readonly revision: number;
  /** Positions of the events that were folded: their rows in `parked` go, before those of the batch come. */
  readonly events: readonly bigint[];
  /** What the row is replaced by; null takes it away. */
  readonly next: ParkedStream | null;
}

/** What a stretch of the log does to the tables. No row is named twice in one list. */
export interface ProjectionBatch {
  /** The checkpoint that this batch continues (exclusive) and the one that it ends at (inclusive). */
  readonly from: bigint;
  readonly to: bigint;
  /** The last event of the batch, of any stream; null keeps the one that the checkpoint has. */
  readonly mark: EventPlace | null;
  readonly streams: readonly StreamWrite[];
  readonly environments: readonly EnvironmentWrite[];
  readonly ledgers: readonly LedgerWrite[];
  readonly items: readonly ItemWrite[];
  readonly itemsGone: readonly ItemKey[];
  readonly versions: readonly VersionWrite[];
  readonly activations: readonly ActivationWrite[];
  readonly tags: readonly TagWrite[];
  readonly audit: readonly AuditRow[];
  /** Streams whose buffered events go, before those of `buffered` come. */
  readonly settled: readonly string[];
  /** Events of change sets that are still open. */
  readonly buffered: readonly StoredEvent[];
  readonly parked: readonly ParkedEvent[];
  /** Streams that are parked from now on; one that is parked already keeps its row. */
  readonly parkedStreams: readonly ParkedStream[];
  /** Set where the batch goes on with a parked stream, at the checkpoint and not behind it. */
  readonly resumed: ResumedStream | null;
}

/** What the tables hold of a stream; the projection driver makes its view of it. */
export interface StoredView {
  readonly stream: StreamWrite;
  /** Null for a stream that is no ledger's, and for a ledger that never was. */
  readonly ledger: LedgerWrite | null;
  readonly items: readonly ItemWrite[];
  /** The open change set's events, in stream order. */
  readonly buffered: readonly StoredEvent[];
}

export interface ProjectionStore {
  checkpoint(): Promise<Checkpoint>;
  /** What the tables hold of these streams, by name; one that they do not know is absent from the answer. */
  load(streams: readonly string[]): Promise<ReadonlyMap<string, StoredView>>;
  /** One page of the parked streams in the order of their names, behind a name (exclusive); null begins. */
  parkedStreamsBehind(stream: string | null, limit: number): Promise<readonly ParkedStream[]>;
  countParkedStreams(): Promise<number>;
  /**
   * Writes the rows and moves the checkpoint from `from` to `to`, in one transaction. 'superseded': the checkpoint is not `from`, or the
   * resumed stream is not parked at the revision that the batch names (another projector wrote, an earlier commit did take place, or a
   * rebuild was switched to), and nothing was written.
   * Rejects with `ProjectionRefused` when these very rows can never be stored, with anything else when trying again may help.
   */
  commit(batch: ProjectionBatch): Promise<'committed' | 'superseded'>;
}

/** The store will never take these rows: what is in them must be parked. */
export class ProjectionRefused extends Error {
  override readonly name = 'ProjectionRefused';
}

/** The right to be the one active projector of a read model. */
export interface ProjectorLease {
  /** Aborts when the right is lost: from then on nothing may be written. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface ProjectorLock {
  /**
   * Waits until no other projector has the right; `onStandby` hears, once, that another has it. Resolves null when `signal` aborts first.
   * Survives losses of the connection by itself.
   */
  acquire(signal: AbortSignal, onStandby?: () => void): Promise<ProjectorLease | null>;
}

/**
 * The document of a ledger at a version, each leaf with the revision of its last change. Null when there is no such version. `digest` is
 * what the log says of it: an implementation that does not read the log alone must compare it.
 */
export type DocumentAt = (ledger: LedgerId, version: number, digest?: string) => Promise<Document | null>;
