// The commands of a ledger, and what they may be refused with. Refusals are values; faults are exceptions.
import type { JsonObject, JsonValue } from '@confledger/document';
import type { SchemaDocument, SchemaProblemCode } from '../schemas/rules.js';
import type { Refusal, StreamRefusalCode } from '../stream/refusals.js';

export type BatchOperation =
  | { readonly id: string; readonly type: 'SET'; readonly key: string; readonly value: JsonValue }
  | { readonly id: string; readonly type: 'DELETE'; readonly key: string }
  | ({ readonly id: string; readonly type: 'SCHEMA_SET'; readonly mount: string } & SchemaDocument)
  | { readonly id: string; readonly type: 'SCHEMA_REMOVE'; readonly mount: string };

/** A version as a client names it: a number, a tag, or one of the three words. */
export type VersionName = number | string;

export type Command =
  /** Makes the ledger; refused with LEDGER_EXISTS where it is there. */
  | { readonly type: 'Create'; readonly configuration: JsonObject }
  /** Makes head equal to the configuration. */
  | { readonly type: 'Replace'; readonly configuration: JsonObject }
  /** RFC 7396. */
  | { readonly type: 'Merge'; readonly patch: JsonObject }
  /** Deletes every leaf. */
  | { readonly type: 'DeleteAll' }
  /** Makes the subtree at `path` equal to `value`. */
  | { readonly type: 'Set'; readonly path: string; readonly value: JsonValue }
  /** Deletes the leaf, or every leaf below. */
  | { readonly type: 'Delete'; readonly path: string }
  | { readonly type: 'Batch'; readonly operations: readonly BatchOperation[] }
  /** Mounts a schema, in the place of the one at the very mount. */
  | ({ readonly type: 'SetSchema'; readonly mount: string } & SchemaDocument)
  | { readonly type: 'RemoveSchema'; readonly mount: string }
  /** Takes a version live over the newest activations of the parents (the default), or over those that run. */
  | { readonly type: 'Activate'; readonly version: VersionName; readonly layers?: 'newest' | 'kept' }
  /** Gives back what ran: of a version, its latest activation. `recorded` (the default): over the layers of that activation. */
  | { readonly type: 'Rollback'; readonly version: VersionName; readonly layers?: RollbackLayers; readonly schemas?: RollbackSchemas }
  /** Gives back what one activation took live. */
  | { readonly type: 'RollbackTo'; readonly activation: number; readonly layers?: RollbackLayers; readonly schemas?: RollbackSchemas }
  /** Sets the own leaves of a version of another ledger of the service here. With `prune`, what it lacks is deleted. */
  | {
      readonly type: 'Promote';
      /** `<environment>.<service>` */
      readonly from: string;
      readonly version: VersionName;
      /** Leaves or whole subtrees; null: everything. */
      readonly paths: readonly string[] | null;
      readonly prune: boolean;
    }
  /** Takes the active version live over the newest activations of the parents, where the environment follows them by itself. */
  | { readonly type: 'Inherit' }
  | { readonly type: 'Tag'; readonly version: VersionName; readonly tag: string; readonly move: boolean }
  | { readonly type: 'Untag'; readonly version: VersionName; readonly tag: string }
  /** Refuses every other command from now on, until `Restore`. */
  | { readonly type: 'Retire' }
  | { readonly type: 'Restore' };

/** Which activations of its parents a rollback is laid over: those of the activation that it gives back, those that run, or the newest. */
export type RollbackLayers = 'recorded' | 'kept' | 'newest';

/** Whether a rollback leaves the ledger's own schemas as they are, or gives back those of the activation too. */
export type RollbackSchemas = 'current' | 'restore';

/** What the client says it saw, and what it wants beside the change itself. */
export interface Guards {
  /** The ledger's head version that the client saw. */
  readonly expectedVersion?: number;
  /** The entity tag that the client saw: the version for a document, the revision of the last change for a path. '*': it must exist. */
  readonly ifMatch?: number | '*';
  /** `If-None-Match: *`: it must not exist. */
  readonly ifNoneMatch?: '*';
  /** The active version that the client saw; null: nothing was active. */
  readonly expectedActive?: number | null;
  /** The activation that the client saw run; null: nothing was active. */
  readonly expectedActivation?: number | null;
  /** Digest of the document that would run, as a diff or a dry run showed it. */
  readonly expectedDigest?: string;
  /** Goes on although nodes that are live cannot verify what would be signed. */
  readonly acceptOldNodes?: boolean;
  /** Goes on although ledgers that follow could not. Nothing that a decision looks at. */
  readonly acceptBlocked?: boolean;
  /** Takes a schema although head or what runs breaks it: those violations stand then. */
  readonly standing?: 'accepted';
  /** Goes on with a rollback although today's rules refuse what it gives back. */
  readonly acceptViolations?: boolean;
  /** true: take live what this call writes and nothing else. 'all': accept pending versions too. */
  readonly activate?: boolean | 'all';
}

/** Codes that a command to a ledger may be refused with, beside those of every stream. */
export type LedgerRefusalCode =
  | 'LEDGER_EXISTS'
  | 'MOUNT_INVALID'
  | 'SCHEMA_UNKNOWN'
  | 'SCHEMA_LIMIT'
  | 'SCHEMA_VIOLATED'
  | 'WHAT_IF_RUNNING'
  | 'SCHEMA_JUDGE_UNAVAILABLE'
  | SchemaProblemCode
  | 'VALIDATION_ERROR'
  | 'LEDGER_UNKNOWN'
  | 'LEDGER_RETIRED'
  | 'KEY_NOT_FOUND'
  | 'PATH_BELOW_LEAF'
  | 'NAME_RESERVED'
  | 'NAME_IN_USE'
  | 'INHERIT_HIDE_INVALID'
  | 'ENVIRONMENT_UNDEFINED'
  | 'ENVIRONMENT_RETIRED'
  | 'REASON_REQUIRED'
  | 'NODES_TOO_OLD'
  | 'UPGRADE_UNFINISHED'
  | 'ACTIVATION_UNKNOWN'
  | 'WOULD_BLOCK'
  | 'LEDGER_INHERITED'
  | 'PROMOTION_SAME_LEDGER'
  | 'PROMOTION_WOULD_DELETE'
  | 'DOCUMENT_TOO_LARGE'
  | 'BATCH_EMPTY'
  | 'BATCH_TOO_LARGE'
  | 'BATCH_DUPLICATE_ID'
  | 'BATCH_OVERLAPPING_KEYS'
  | 'VERSION_UNKNOWN'
  | 'VERSION_NOT_A_VERSION'
  | 'NOTHING_ACTIVE'
  | 'NOTHING_PREVIOUS'
  | 'NOTHING_TO_ACTIVATE'
  | 'TAG_UNKNOWN'
  | 'TAG_NAME_INVALID'
  | 'TAG_EXISTS'
  | 'TAG_LIMIT'
  | 'PENDING_CHANGES'
  | 'IF_MATCH_FAILED'
  | 'IF_NONE_MATCH_FAILED'
  | 'EXPECTED_VERSION_CONFLICT'
  | 'EXPECTED_ACTIVE_CONFLICT'
  | 'EXPECTED_ACTIVATION_CONFLICT'
  | 'EXPECTED_DIGEST_CONFLICT'
  | 'AT_BEFORE_FIRST_EVENT'
  | 'VERSION_NOT_YET';

/** Why a ledger refuses a command. */
export type LedgerRefusal = Refusal<LedgerRefusalCode | StreamRefusalCode>;
