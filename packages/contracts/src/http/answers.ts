// What the answers of the HTTP API hold. The API builds and documents them; clients read them.
import type { ActivationAnswer, ActivationSource, LayerMoved, RolledBack } from './activations.js';
import type { JsonObject, JsonValue } from '@confledger/document/json-and-paths';
import type { ErrorCode } from './errors.js';
import type { NodeReportBody } from './nodes.js';
import type { ParkedItem, Truncated } from './lists.js';
import type { ProblemDetail, SchemaChange, WriteViolations } from './problems.js';

/** Every answer of a call that worked, except /health and /metrics. */
export interface Success<T> {
  readonly success: true;
  readonly data: T;
  /** When it was answered, UTC. */
  readonly timestamp: string;
}

/** Every answer of a call that did not work. */
export interface Failure {
  readonly success: false;
  readonly error: string;
  readonly code: ErrorCode;
  /** The first 100. */
  readonly details: readonly ProblemDetail[];
  /** How many there are. Only where `details` is cut. */
  readonly detailCount?: number;
  /** `details`, only where it is cut. */
  readonly truncated?: Truncated;
  readonly requestId: string;
  readonly timestamp: string;
}

/** A value, or, where it is larger than 4 KiB and stands in a list, its digest and size. */
export type ShownValue = JsonValue | { readonly digest: string; readonly bytes: number };

/** Where a ledger stands: part of every answer about one. */
export interface Standing {
  readonly environment: string;
  readonly service: string;
  /** The version that the answer is about; for a write, the newest after it. Null: created, and nothing set yet. */
  readonly version: number | null;
  readonly active: number | null;
  /** The activation that runs; null while none does. */
  readonly activation: number | null;
  /** How many versions are newer than the active one. */
  readonly pending: number;
  /** Why an activation would change what runs: the ledger's own document, what its parents run, whom its environment inherits from. */
  readonly pendingBecause: readonly ('own' | 'layers' | 'schemas' | 'ancestors')[];
  /** Activations of parents that are newer than those that run, as this api knows it without asking; null: it knows nothing of them. */
  readonly inherited: { readonly newer: readonly LayerMoved[] } | null;
  /** What runs does not follow its parents, since this activation; null while it may. */
  readonly pin: { readonly activation: number; readonly actor: string; readonly pinnedAt: string } | null;
  /** Hex digest of the document that the answer is about. */
  readonly digest: string;
  /** `<installation>:<n>`: the place in the log that the answer is valid at. */
  readonly position: string;
}

/** One leaf that changed. Without `before` it was not there, without `after` it is gone. */
export interface Change {
  readonly path: string;
  readonly before?: ShownValue;
  readonly after?: ShownValue;
  /** In the answer to a write: what is inherited in place of a deleted value. */
  readonly inherited?: ShownValue;
}

/** A call that a client can make as it stands. */
export interface NextCall {
  readonly method: 'POST';
  readonly url: string;
}

/** The answer to every write. */
export interface WriteAnswer extends Standing {
  readonly changed: boolean;
  /** The ledger, the value at the path, or the tag was not there before. */
  readonly created: boolean;
  readonly dryRun: boolean;
  readonly commandId: string;
  readonly changeCount: number;
  /** The first 100, sorted by path. */
  readonly changes: readonly Change[];
  /** Own values that say what would be inherited without them; null where this api does not have the layers at hand. */
  readonly redundantCount: number | null;
  /** Schemas of the ledger's own that it set or removed. Only where there are any. */
  readonly schemaChanges?: readonly SchemaChange[];
  /** What the rules say beside it. Only where they say anything. */
  readonly violations?: WriteViolations;
  /** `changes`, `activated.tookLive`, the lists of `violations`, where they are cut. */
  readonly truncated: Truncated;
  /** Null when nothing went live. */
  readonly activated: ActivationAnswer | null;
  /** The call that would activate what is pending; null when nothing is. */
  readonly next: NextCall | null;
}

/** What a write answers to `Prefer: return=minimal`. */
export type MinimalAnswer = Pick<WriteAnswer, 'version' | 'changed' | 'position'>;

/** The answer to a rollback: both digests, equal. */
export interface RollbackAnswer extends WriteAnswer {
  readonly rollback: RolledBack;
}

export interface PromotionAnswer extends WriteAnswer {
  /** What it did, or would do. Null for a repeat by its idempotency key, whose source may have moved since, and where it could not be read. */
  readonly promotion: {
    /** The ledger that was promoted from. */
    readonly from: string;
    readonly version: number;
    /** Leaves that the target inherits with the same value: they are not set. */
    readonly skipped: readonly PathAndValue[];
    /** Own leaves of the target that the source lacks: prune deletes them. */
    readonly lacking: readonly PathAndValue[];
    /** The two hide different paths of their parents; that is never promoted. */
    readonly hidesDiffer: boolean;
    /** What still differs between what the two run, or would run over the newest activations of their parents. */
    readonly stillDiffer: readonly Change[];
    readonly stillDifferCount: number;
  } | null;
}

export interface PathAndValue {
  readonly path: string;
  readonly value: ShownValue;
}

export interface TagAnswer extends WriteAnswer {
  readonly tag: string;
}

/** What every reading of a document says beside it. */
export interface ReadAnswer extends Standing {
  /** True when the instant asked for is so recent that events of that time may still come. */
  readonly provisional: boolean;
}

export interface ConfigurationAnswer extends ReadAnswer {
  /** Nested, or with format=flat one member per leaf, named by its path. */
  readonly configuration: JsonObject;
}

export interface ValueAnswer extends ReadAnswer {
  readonly key: string;
  readonly value: JsonValue;
  /** Revision of the last change at or below the path, and its entity tag. Null in what ran where the environment inherits: a parent may have given it. */
  readonly revision: number | null;
}

export interface ValuesAnswer extends ReadAnswer {
  readonly values: JsonObject;
  readonly missing: readonly string[];
}

export interface List<T> {
  readonly items: readonly T[];
  /** The cursor of the next page; null at the end. */
  readonly next: string | null;
}

/** A list from the read model, with the place in the log that it is valid at. */
export interface PositionedList<T> extends List<T> {
  readonly position: string;
}

/** A list about one ledger. */
export type LedgerList<T> = Standing & List<T>;

export interface LedgerItem {
  readonly environment: string;
  readonly service: string;
  /** The newest. */
  readonly version: number | null;
  readonly active: number | null;
  readonly activation: number | null;
  readonly activatedAt: string | null;
  readonly pending: number;
  readonly pendingBecause: Standing['pendingBecause'];
  readonly inherited: Standing['inherited'];
  readonly pin: Standing['pin'];
  readonly digest: string;
  readonly activeDigest: string | null;
  /** True: the ledger runs on, and takes nothing until it is restored. */
  readonly retired: boolean;
  /** Null for a ledger whose first events could not be applied. */
  readonly updatedAt: string | null;
  /** False when an event of this ledger could not be applied to the read model: the rest of the item is as it was before that event. */
  readonly readable: boolean;
  /** That event; null where the ledger is readable. */
  readonly parked: ParkedItem | null;
}

export interface VersionItem {
  readonly version: number;
  readonly actor: string;
  readonly reason: string | null;
  readonly occurredAt: string;
  readonly changeCount: number;
  readonly tags: readonly string[];
  readonly activations: readonly {
    readonly activation: number;
    readonly actor: string;
    readonly reason: string | null;
    readonly activatedAt: string;
    readonly rollbackTo: number | null;
  }[];
}

export interface VersionAnswer extends Standing {
  /** Null: the ledger was created, and nothing was set yet. */
  readonly item: VersionItem | null;
}

export interface AuditItem {
  readonly position: string;
  readonly stream: string;
  /** Null for an event that is not about a ledger. */
  readonly environment: string | null;
  readonly service: string | null;
  readonly revision: number;
  readonly version: number | null;
  readonly type: string;
  readonly path: string | null;
  readonly before?: ShownValue;
  readonly after?: ShownValue;
  readonly actor: string;
  readonly method: string;
  readonly reason: string | null;
  readonly occurredAt: string;
  readonly commandId: string;
  readonly correlationId: string;
  readonly changeSet: string;
  /** True when its change set was never completed and so never took effect. */
  readonly abandoned: boolean;
  /** What else the event says, by its own words. */
  readonly attributes: JsonObject;
  /** What its change set was made from; null for what a client wrote. */
  readonly source: ActivationSource | null;
}

export interface NodeItem extends NodeReportBody {
  readonly name: string;
  readonly reportedAt: string;
  /** The header `X-Confledger-Sdk` of its report; null where it sent none that can be read, and verifies statement 1 only. */
  readonly sdk: string | null;
  /** The version that is active now; null when nothing is. */
  readonly active: number | null;
  /**
   * Whether the node runs exactly what is active now; null when that is not known. A node that overrides values, that could not resolve some, or that
   * keeps some until it is restarted does not.
   */
  readonly upToDate: boolean | null;
  /** What to do about a node that does not run what is active; absent where there is nothing special to say. */
  readonly remedy?: string;
}

/** Who runs what. There are no pages yet. */
export interface NodesAnswer {
  readonly items: readonly NodeItem[];
  readonly next: null;
}

/** The answer to a report of a node. */
export interface NodeReportAnswer {
  readonly name: string;
  readonly reportedAt: string;
}
