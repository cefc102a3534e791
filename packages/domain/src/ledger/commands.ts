// The commands of a ledger, and what they may be refused with. Refusals are values; faults are exceptions.
import type { JsonObject, JsonValue } from '@confledger/document';
import type { Refusal, StreamRefusalCode } from '../stream/refusals.js';

export type BatchOperation =
  | { readonly id: string; readonly type: 'SET'; readonly key: string; readonly value: JsonValue }
  | { readonly id: string; readonly type: 'DELETE'; readonly key: string };

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
  | { readonly type: 'Activate'; readonly version: VersionName }
  | { readonly type: 'Rollback'; readonly version: VersionName }
  | { readonly type: 'Tag'; readonly version: VersionName; readonly tag: string; readonly move: boolean }
  | { readonly type: 'Untag'; readonly version: VersionName; readonly tag: string }
  /** Refuses every other command from now on, until `Restore`. */
  | { readonly type: 'Retire' }
  | { readonly type: 'Restore' };

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
  /** true: take live what this call writes and nothing else. 'all': accept pending versions too. */
  readonly activate?: boolean | 'all';
}

/** Codes that a command to a ledger may be refused with, beside those of every stream. */
export type LedgerRefusalCode =
  | 'LEDGER_EXISTS'
  | 'LEDGER_UNKNOWN'
  | 'LEDGER_RETIRED'
  | 'KEY_NOT_FOUND'
  | 'PATH_BELOW_LEAF'
  | 'NAME_RESERVED'
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
  | 'AT_BEFORE_FIRST_EVENT'
  | 'VERSION_NOT_YET';

/** Why a ledger refuses a command. */
export type LedgerRefusal = Refusal<LedgerRefusalCode | StreamRefusalCode>;
