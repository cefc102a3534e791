// What the answers of the HTTP API hold. The API builds and documents them; clients read them.
import type { JsonObject, JsonValue } from '@confledger/document/json-and-paths';
import type { ErrorCode } from './errors.js';
import type { NodeReportBody } from './nodes.js';

/** Every answer of a call that worked, except /health and /metrics. */
export interface Success<T> {
  readonly success: true;
  readonly data: T;
  /** When it was answered, UTC. */
  readonly timestamp: string;
}

/** One thing that is wrong: where, which rule, and what to do. */
export interface ProblemDetail {
  readonly path: string | null;
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
}

/** Every answer of a call that did not work. */
export interface Failure<D = ProblemDetail> {
  readonly success: false;
  readonly error: string;
  readonly code: ErrorCode;
  readonly details: readonly D[];
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
  /** How many versions are newer than the active one. */
  readonly pending: number;
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
}

/** A call that a client can make as it stands. */
export interface NextCall {
  readonly method: 'POST';
  readonly url: string;
}

export interface ActivationAnswer {
  /** The revision of the activation: it orders activations. */
  readonly activation: number;
  readonly version: number;
  readonly previous: number | null;
  readonly digest: string;
  readonly keyId: string;
  readonly signature: string;
  /** The versions that went live with it, oldest first, the first 1,000. */
  readonly tookLive: readonly number[];
  readonly tookLiveCount: number;
}

/** The answer to every write. */
export interface WriteAnswer extends Standing {
  readonly changed: boolean;
  readonly created: boolean;
  readonly dryRun: boolean;
  readonly commandId: string;
  readonly changeCount: number;
  /** The first 100, sorted by path. */
  readonly changes: readonly Change[];
  readonly activation: ActivationAnswer | null;
  /** The call that would activate what is pending; null when nothing is. */
  readonly next: NextCall | null;
}

/** The answer to a rollback: both digests, equal. */
export interface RollbackAnswer extends WriteAnswer {
  readonly rollback: { readonly version: number; readonly digest: string };
}

export interface TagAnswer extends WriteAnswer {
  readonly tag: string;
}

export interface BatchOperationAnswer {
  readonly operation: { readonly id: string; readonly type: 'SET' | 'DELETE'; readonly key: string };
  readonly success: boolean;
  /** How many leaves this operation changed; null when the batch was refused. */
  readonly result: { readonly changed: boolean; readonly changeCount: number } | null;
  readonly error: ProblemDetail | null;
}

/** The answer to a batch: what became of each operation, and beside it what every write says. */
export interface BatchSuccess extends Success<readonly BatchOperationAnswer[]> {
  readonly commit: WriteAnswer;
}

/** A refused batch: each operation with what is wrong with it, and beside them what is wrong with the batch as a whole. */
export interface BatchFailure extends Failure<BatchOperationAnswer> {
  /** The first 100. */
  readonly problems: readonly ProblemDetail[];
  /** Of all, shown or not. */
  readonly counts: { readonly operations: number; readonly problems: number };
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
  /** Revision of the last change at or below the path: its entity tag. */
  readonly revision: number;
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
  readonly latest: number | null;
  readonly active: number | null;
  readonly pending: number;
  readonly digest: string;
  readonly activeDigest: string | null;
  /** Null for a ledger whose first events could not be applied. */
  readonly updatedAt: string | null;
  /** False when an event of this ledger could not be applied to the read model. */
  readonly complete: boolean;
}

export interface VersionItem {
  readonly version: number;
  readonly author: string;
  readonly reason: string | null;
  readonly time: string;
  readonly changeCount: number;
  readonly tags: readonly string[];
  readonly activations: readonly {
    readonly activation: number;
    readonly actor: string;
    readonly reason: string | null;
    readonly time: string;
    readonly rollbackTo: number | null;
  }[];
}

export interface VersionAnswer extends Standing {
  /** Null: the ledger was created, and nothing was set yet. */
  readonly details: VersionItem | null;
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
  readonly time: string;
  readonly commandId: string;
  readonly correlationId: string;
  readonly changeSet: string;
  /** True when its change set was never completed and so never took effect. */
  readonly abandoned: boolean;
  readonly detail: JsonObject;
}

export interface DiffSide {
  readonly version: number | null;
  readonly digest: string;
}

export interface DiffAnswer extends Standing, List<Change> {
  readonly from: DiffSide;
  readonly to: DiffSide;
  readonly changeCount: number;
}

export interface NodeItem extends NodeReportBody {
  readonly name: string;
  readonly reportedAt: string;
  /** The header `X-Confledger-Sdk` of its report; null where it sent none that can be read, and verifies statement 1 only. */
  readonly sdk: string | null;
  /** The version that is active now; null when nothing is. */
  readonly active: number | null;
  /** Whether the node runs exactly what is active now; null when that is not known. */
  readonly upToDate: boolean | null;
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
