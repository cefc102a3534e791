// What answers say of activations: what runs, over which activations of parents, and what a rollback gave back.

/** The activation of a parent ledger that a document is built on. */
export interface LayerItem {
  readonly ledger: string;
  readonly origin: string;
  readonly activation: number;
  readonly version: number;
  readonly digest: string;
}

/** Another activation of a parent than before; null where there is none. */
export interface LayerMoved {
  readonly ledger: string;
  readonly from: number | null;
  readonly to: number | null;
}

/** An activation that a write brought about. */
export interface ActivationAnswer {
  /** The revision of the activation: it orders activations. Null in the answer to a dry run, as keyId and signature are: nothing is signed. */
  readonly activation: number | null;
  readonly version: number;
  /** The version that was active before it, and the revision of that activation; null for the first. */
  readonly previous: number | null;
  readonly previousActivation: number | null;
  readonly digest: string;
  /** Digest of the version's own document, without layers. */
  readonly own: string;
  /** Nearest first. */
  readonly layers: readonly LayerItem[];
  /** Globs of paths whose change needs a restart of the node. */
  readonly restart: readonly string[];
  /** True while layers are kept although parents have newer ones. */
  readonly pinned: boolean;
  /** Revision of the environments' definition that the layers follow; null where there is none. */
  readonly definition: number | null;
  readonly keyId: string | null;
  readonly signature: string | null;
  /** Which activations of parents came or went with it. */
  readonly layersMoved: readonly LayerMoved[];
  /** The versions that went live with it, oldest first, the first 1,000. */
  readonly tookLive: readonly number[];
  readonly tookLiveCount: number;
}

/** A ledger that cannot follow its parents, and why. */
export interface BlockedLedger {
  readonly ledger: string;
  readonly code: string;
  readonly message: string;
}

/** What a rollback gave back. */
export interface RolledBack {
  readonly version: number;
  /** The activation that it gave back; null for a version that never ran, and where nothing was to be done. */
  readonly activation: number | null;
  /** Of the document that runs now, and of the ledger's own part of it. */
  readonly digest: string;
  readonly own: string;
  /** What ran before; null where nothing did. */
  readonly before: { readonly version: number; readonly activation: number; readonly digest: string; readonly own: string } | null;
  /** Other activations of the version among the newest 32, over other layers: each can be given back by its number. */
  readonly otherActivations: readonly number[];
  /** The parents that went back, or forward, with it. */
  readonly layers: readonly LayerMoved[];
  /** Ledgers that follow this one and could not take it over: they keep what they run. */
  readonly blocked: readonly BlockedLedger[];
}

/** What a change set was made from. */
export type ActivationSource =
  | {
      readonly kind: 'rollback';
      readonly version: number;
      readonly activation: number | null;
      /** Violations that whoever rolled back accepted. Only where there are any. */
      readonly acceptedViolationCount?: number;
    }
  | { readonly kind: 'promotion'; readonly ledger: string; readonly version: number }
  | { readonly kind: 'inheritance' };
