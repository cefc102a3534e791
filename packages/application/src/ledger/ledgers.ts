// What services ask of the core: commands and reads of ledgers. `createLedgers` answers it over any event store.
import type { Difference, Document, JsonValue } from '@confledger/document';
import type {
  Command,
  Guards,
  Layer,
  LedgerId,
  LedgerNotes,
  LedgerRefusal,
  PromotedLeaf,
  PromoteCommand,
  VersionName,
} from '@confledger/domain';
import type { RulesOutcome, WhatIf, WhatIfOutcome } from './ledger-rules.js';
import type { LayerMoved, LedgerStanding } from './ledger-standing.js';
import type { CommandRequest } from '../commands/outcome.js';
import type { ActivationRow } from '../ports/read-model.js';
import type { ChangeDone } from './beside-base.js';
import type { BrokenStream } from '../loading/broken-streams.js';

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
  /** Which activations of parents came or went with it. */
  readonly layersMoved: readonly LayerMoved[];
  /** Every version that went live with it, oldest first (at most 1,000 named; `tookLiveCount` is exact). */
  readonly tookLive: readonly number[];
  readonly tookLiveCount: number;
}

/** What a rollback gave back. */
export interface RollbackDone {
  readonly version: number;
  /** The activation that it gave back; null for a version that never ran, and where nothing was to be done. */
  readonly activation: number | null;
  /** Of the document that runs now, and of the ledger's own part of it. */
  readonly digest: string;
  readonly own: string;
  /** What ran before; null where nothing did. */
  readonly before: { readonly version: number; readonly activation: number; readonly digest: string; readonly own: string } | null;
  /** Other activations of the version among the newest, over other layers: each can be given back by its number. */
  readonly otherActivations: readonly number[];
  /** The parents that went back too. */
  readonly layers: readonly LayerMoved[];
  /** Ledgers that follow this one and cannot take it over: they keep what they run. */
  readonly blocked: readonly { readonly ledger: string; readonly code: string; readonly message: string }[];
}

/** What a promotion did, or would do. */
export interface PromotionDone {
  readonly from: string;
  /** The version that was promoted. */
  readonly version: number;
  /** Leaves that the target inherits with the same value, so that they were not set. */
  readonly skipped: readonly PromotedLeaf[];
  /** Own leaves of the target that the source lacks. */
  readonly lacking: readonly PromotedLeaf[];
  /** The two hide different paths of their parents; that is never promoted. */
  readonly hidesDiffer: boolean;
  /** What would still differ between what the two run, or would run over the newest layers. */
  readonly stillDiffer: readonly Difference[];
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
      readonly changes: readonly ChangeDone[];
      /** See `BesideBase`. */
      readonly redundantCount: number | null;
      /** The ledger's own schemas that were set or removed. */
      readonly schemaChanges: readonly { readonly mount: string; readonly change: 'set' | 'removed' }[];
      /** Null when nothing went live. */
      readonly activated: ActivationDone | null;
      /** For a rollback: what it gave back. */
      readonly rollback: RollbackDone | null;
      /** What the rules say beside the change; null where they say nothing, and in a repeated answer. */
      readonly notes: LedgerNotes | null;
      /** The version that a promotion promoted; null where nothing was recorded. */
      readonly promoted: number | null;
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

/** Selects an effective document. */
export interface EffectiveSelector extends ReadSelector {
  /**
   * What a version is laid over: the newest activations of its parents (default), or those that run; with `at` always those that ran then.
   * `active` and `previous` mean what ran, unless this says otherwise.
   */
  readonly layers?: 'newest' | 'kept';
  /** What this activation took live, in place of a version. */
  readonly activation?: number;
}

export type EffectiveOutcome =
  | (Extract<ReadOutcome, { kind: 'found' }> & {
      /** The activation that took the document live; null for one that only would be. */
      readonly activation: number | null;
      /** The ledger's own part of it. */
      readonly own: Document;
      /** What that is laid over, nearest first. */
      readonly layers: readonly Layer[];
    })
  | { readonly kind: 'refused'; readonly refusal: LedgerRefusal };

/** The change that gave a leaf its value, in the ledger that it comes from. */
export interface LeafSource {
  /** `<environment>.<service>` */
  readonly ledger: string;
  /** Revision of the leaf's last change. */
  readonly revision: number;
  /** The activation by which it came in; null for what no activation took live yet. */
  readonly activation: number | null;
  /** The version that the change made; null, as the rest is, where it was not looked up. */
  readonly version: number | null;
  readonly occurredAt: string | null;
  readonly actor: string | null;
  readonly reason: string | null;
}

/** What a leaf overrides in one ledger. */
export interface OverriddenValue {
  /** `<environment>.<service>` */
  readonly ledger: string;
  readonly value: JsonValue;
  /** Index of its source; null for an object, which has many. */
  readonly source: number | null;
}

/** A leaf of an effective document with the index of its source, and what it overrides, nearest first. */
export interface SourcedLeaf {
  readonly path: string;
  readonly value: JsonValue;
  readonly source: number;
  readonly overrides: readonly OverriddenValue[];
}

export interface ExplainSelector extends EffectiveSelector {
  /** Only the leaf at this path, or those below it. Default: all. */
  readonly path?: string;
}

export type ExplainOutcome =
  | (Extract<EffectiveOutcome, { kind: 'found' }> & {
      /** In path order; empty where nothing stands at the path. */
      readonly leaves: readonly SourcedLeaf[];
      readonly sources: readonly LeafSource[];
      /** Some sources were not looked up: there are more than one answer reads. */
      readonly truncated: boolean;
    })
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
  /** The rules of a ledger over the newest layers, and what is wrong by them already. Linearizable, as a read is. */
  rules(ledger: LedgerId): Promise<RulesOutcome>;
  /** Which versions or activations a schema would have refused, outright. Ends with its signal. */
  whatIf(ledger: LedgerId, asked: WhatIf, signal: AbortSignal): Promise<WhatIfOutcome>;
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
  /** What an activation would take live; what runs or ran, where the selector names that. */
  effective(ledger: LedgerId, selector: EffectiveSelector): Promise<EffectiveOutcome>;
  /** Where each leaf of an effective document comes from. */
  explain(ledger: LedgerId, selector: ExplainSelector): Promise<ExplainOutcome>;
  /** What is active now, without its document; linearizable, as a read is. */
  activation(ledger: LedgerId): Promise<ActivationNow>;
  /** An activation as its event says; null where that number names none. */
  activationAt(ledger: LedgerId, activation: number): Promise<ActivationRow | null>;
  /** What a promotion does as of now, and what would still differ behind it; null where the source has no such version. */
  promotion(target: LedgerId, command: PromoteCommand): Promise<PromotionDone | null>;
  /** The streams of ledgers that this process could not load, newest first. */
  brokenStreams(): readonly BrokenStream[];
}
