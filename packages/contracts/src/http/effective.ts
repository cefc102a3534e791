// Effective documents, what their leaves come from, how they differ, and the activations of a ledger.
import type { JsonValue } from '@confledger/document/json-and-paths';
import type { Change, ConfigurationAnswer, List, ReadAnswer, ShownValue, Standing } from './answers.js';
import type { ActivationSource, LayerItem } from './activations.js';
import type { Truncated } from './lists.js';

/** What an activation would take live, or took. */
export interface EffectiveAnswer extends ConfigurationAnswer {
  /** What the version is laid over, nearest first. */
  readonly layers: readonly LayerItem[];
}

/** The change that gave a leaf its value. */
export interface LeafSource {
  /** The ledger that the value comes from. */
  readonly ledger: string;
  /** The version that the change made there. Null, with what follows but `activation`, where it was not looked up: see `truncated`. */
  readonly version: number | null;
  /** Revision of the change in that ledger. */
  readonly revision: number;
  /** The activation by which that ledger has it live; null for what no activation took live yet. */
  readonly activation: number | null;
  readonly occurredAt: string | null;
  readonly actor: string | null;
  readonly reason: string | null;
}

/** A value that a leaf overrides. For an object, all but `ledger` and `value` is null. */
export interface OverriddenItem extends Omit<LeafSource, 'revision'> {
  readonly revision: number | null;
  readonly value: ShownValue;
}

/** A leaf with where it comes from. */
export interface ExplainedItem extends LeafSource {
  readonly path: string;
  readonly value: JsonValue;
  /** Nearest first. */
  readonly overrides: readonly OverriddenItem[];
}

/** Ledger, value, and index of the source; null for an object, which has many. */
export type OverriddenTuple = readonly [ledger: string, value: ShownValue, source: number | null];

/** Path, value, index of the source, and what it overrides, nearest first. */
export type LeafTuple = readonly [path: string, value: JsonValue, source: number, overrides: readonly OverriddenTuple[]];

interface Explained extends ReadAnswer {
  readonly layers: readonly LayerItem[];
  /** `sources` or `items`, where the actor and reason of some were not looked up. */
  readonly truncated: Truncated;
}

/** The whole document, explained. */
export interface ExplainedDocument extends Explained {
  readonly sources: readonly LeafSource[];
  readonly leaves: readonly LeafTuple[];
}

/** One leaf, or all below an object, explained. */
export interface ExplainedPlace extends Explained {
  readonly key: string;
  readonly items: readonly ExplainedItem[];
}

export type ExplainAnswer = ExplainedDocument | ExplainedPlace;

/** An activation as it was recorded. */
export interface ActivationItem {
  readonly activation: number;
  readonly version: number;
  /** Null for the first. */
  readonly previousActivation: number | null;
  readonly digest: string;
  /** Digest of the version's own document, without layers. */
  readonly own: string;
  readonly layers: readonly LayerItem[];
  readonly pinned: boolean;
  readonly definition: number | null;
  /** Globs of places that nodes do not pick up live: what their schemas annotate with `x-reload: restart`. */
  readonly restart: readonly string[];
  readonly actor: string;
  readonly reason: string | null;
  readonly occurredAt: string;
  /** The version that a rollback restored; null for any other activation. */
  readonly rollbackTo: number | null;
  /** Null for what a client asked for. */
  readonly source: ActivationSource | null;
}

export interface ActivationItemAnswer extends Standing {
  readonly item: ActivationItem;
}

/** One side of a difference. */
export interface DiffSide {
  readonly version: number | null;
  /** Of the document that was compared: what `expectedDigest` takes where `effective` is true. */
  readonly digest: string;
  /** Whether it is an effective document, or the ledger's own. */
  readonly effective: boolean;
  /** The activation that took it live; null for what only would be. */
  readonly activation: number | null;
  /** What an effective document is built on. */
  readonly layers: readonly LayerItem[];
}

/** What differs between two documents of a ledger. */
export interface DiffAnswer extends Standing, List<Change> {
  readonly from: DiffSide;
  readonly to: DiffSide;
  readonly changeCount: number;
}
