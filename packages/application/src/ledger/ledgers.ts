// What services ask of the core: commands and reads of ledgers. `createLedgers` answers it over any event store.
import type { Difference, Document } from '@confledger/document';
import type { Command, Guards, Layer, LedgerId, LedgerRefusal, VersionName } from '@confledger/domain';
import type { CommandRequest } from '../commands/outcome.js';
import type { BrokenStream } from '../loading/broken-streams.js';

/** Where a ledger stands, as every answer about it says. */
export interface LedgerStanding {
  readonly environment: string;
  readonly service: string;
  /** The version that the answer is about; for a write: head after it. Null while only `LedgerCreated` stands. */
  readonly version: number | null;
  readonly active: number | null;
  readonly pending: number;
  /** Digest of the document that the answer is about. */
  readonly digest: string;
  /** The position of the log that the answer is valid at. */
  readonly position: bigint;
}

/** An activation that a command brought about. */
export interface ActivationDone {
  readonly activation: number;
  readonly version: number;
  readonly previous: number | null;
  /** The revision of the activation before it; null for the first. */
  readonly previousActivation: number | null;
  readonly digest: string;
  /** Digest of the version's own document. */
  readonly own: string;
  readonly layers: readonly Layer[];
  readonly restart: readonly string[];
  readonly pinned: boolean;
  readonly definition: number | null;
  readonly keyId: string;
  readonly signature: string;
  /** Every version that went live with it, oldest first (at most 1,000 named; `tookLiveCount` is exact). */
  readonly tookLive: readonly number[];
  readonly tookLiveCount: number;
}

export type CommandOutcome =
  | {
      readonly kind: 'done';
      readonly commandId: string;
      /** The answer of an earlier request with the same Idempotency-Key. */
      readonly replayed: boolean;
      readonly changed: boolean;
      /** The ledger, or the value at the path, was not there before. */
      readonly created: boolean;
      readonly dryRun: boolean;
      readonly standing: LedgerStanding;
      /** Leaf by leaf, sorted by path. */
      readonly changes: readonly Difference[];
      /** Null when nothing went live. */
      readonly activated: ActivationDone | null;
      /** For a rollback: the version that was restored and its digest, which equals `standing.digest`. */
      readonly rollback: { readonly version: number; readonly digest: string } | null;
      /** Entity tag of what was addressed: head version, or revision of the last change at the path. Null when it is gone. */
      readonly etag: number | null;
    }
  | { readonly kind: 'refused'; readonly commandId: string; readonly refusal: LedgerRefusal; readonly standing: LedgerStanding | null };

/** The outcome of a command that was done. */
export type CommandDone = Extract<CommandOutcome, { kind: 'done' }>;

export type Consistency = 'linearizable' | 'local';

export interface ReadSelector {
  /** Default 'latest'. */
  readonly version?: VersionName;
  /** An instant with offset, already checked to be one (ISO 8601, normalised to UTC milliseconds). */
  readonly at?: string;
  readonly consistency?: Consistency;
}

export type ReadOutcome =
  | {
      readonly kind: 'found';
      readonly standing: LedgerStanding;
      readonly document: Document;
      /** Revision of the last event that the answer includes. */
      readonly revision: number;
      /** True when `at` lies within the last 10 seconds: events of that time may still come. */
      readonly provisional: boolean;
    }
  | { readonly kind: 'refused'; readonly refusal: LedgerRefusal };

/** What the nodes of a ledger are to run now. */
export type ActivationNow =
  | {
      readonly kind: 'active';
      readonly version: number;
      readonly digest: string;
      /** Revision of the activation. */
      readonly activation: number;
      readonly activatedAt: string;
      /** The form of its statement. */
      readonly statement: number;
    }
  /** The ledger exists, and nothing of it is active yet. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' };

export interface Ledgers {
  /**
   * `onDecided` hears, while the append is under way, what the outcome will be if that succeeds, but for its position. It may not be called,
   * or more than once; where the last object that it got is the one that is answered, what was made of it holds.
   */
  execute(
    ledger: LedgerId,
    command: Command,
    request: CommandRequest<Guards>,
    onDecided?: (outcome: CommandDone) => void,
  ): Promise<CommandOutcome>;
  read(ledger: LedgerId, selector: ReadSelector): Promise<ReadOutcome>;
  /** What is active now, without its document; linearizable, as a read is. */
  activation(ledger: LedgerId): Promise<ActivationNow>;
  /** The streams of ledgers that this process could not load, newest first. */
  brokenStreams(): readonly BrokenStream[];
}
