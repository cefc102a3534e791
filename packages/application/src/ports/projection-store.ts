// The port to where projections are kept, seen from the projector: rows and checkpoint go in together, or not at all.
// Postgres and memory stand behind it; the read model port is the same tables seen from queries.
import type { Document, JsonValue } from '@confledger/document';
import type { ActivationRow, AuditRow } from './read-model.js';
import type { StoredEvent } from './event-store.js';

/** Where a ledger stands after the batch: one row per ledger, the whole of it each time. */
export interface LedgerWrite {
  /** `<environment>.<service>` */
  readonly ledger: string;
  /** The last event of the stream that was folded, in effect or not, and its hash. */
  readonly revision: number;
  readonly hash: string | null;
  /** False while no change set of the ledger has been completed. */
  readonly exists: boolean;
  readonly latest: number | null;
  readonly active: number | null;
  /** Revision of the activation that made `active` so. */
  readonly activation: number | null;
  readonly pending: number;
  readonly digest: string;
  readonly activeDigest: string | null;
  /** When the last change set that took effect did so; null before the first. */
  readonly updatedAt: string | null;
  /** Position of the event that could not be applied; null for a complete ledger. */
  readonly parkedAt: bigint | null;
}

/** The first ledger event that named an environment. */
export interface EnvironmentWrite {
  readonly environment: string;
  readonly ledger: string;
  readonly revision: number;
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
  readonly version: number;
}

/** A tag as it stands after the event at `revision`; without a version it is gone. */
export interface TagWrite {
  readonly ledger: string;
  readonly tag: string;
  readonly version: number | null;
  readonly revision: number;
}

/** An event that took no effect because it, or one before it in its stream, could not be applied. */
export interface ParkedEvent {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: number;
  readonly eventId: string;
  readonly type: string;
  readonly reason: string;
}

/** What a stretch of the log does to the tables. No row is named twice in one list. */
export interface ProjectionBatch {
  /** The checkpoint that this batch continues (exclusive) and the one that it ends at (inclusive). */
  readonly from: bigint;
  readonly to: bigint;
  readonly environments: readonly EnvironmentWrite[];
  readonly ledgers: readonly LedgerWrite[];
  readonly items: readonly ItemWrite[];
  readonly itemsGone: readonly ItemKey[];
  readonly versions: readonly VersionWrite[];
  readonly activations: readonly ActivationWrite[];
  readonly tags: readonly TagWrite[];
  readonly audit: readonly AuditRow[];
  /** Ledgers whose buffered events go, before those of `buffered` come. */
  readonly settled: readonly string[];
  /** Events of change sets that are still open. */
  readonly buffered: readonly { readonly ledger: string; readonly event: StoredEvent }[];
  readonly parked: readonly ParkedEvent[];
}

/** What is kept of a ledger's view; the projector makes the view of it. */
export interface KeptLedger {
  readonly row: LedgerWrite;
  readonly items: readonly ItemWrite[];
  /** The open change set's events, in stream order. */
  readonly buffered: readonly StoredEvent[];
}

export interface ProjectionStore {
  /** The position up to which every event has taken effect; 0n in the beginning. */
  checkpoint(): Promise<bigint>;
  /** What the tables hold of these ledgers; one that they do not know is absent from the answer. */
  load(ledgers: readonly string[]): Promise<ReadonlyMap<string, KeptLedger>>;
  /**
   * Writes the rows and moves the checkpoint from `from` to `to`, in one transaction. 'superseded': the checkpoint is not `from`
   * (another projector wrote, an earlier commit did take place, or a rebuild was switched to), and nothing was written.
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

/** The document of a ledger at a version, each leaf with the revision of its last change. Null when there is no such version. */
export type DocumentAt = (ledger: string, version: number) => Promise<Document | null>;
