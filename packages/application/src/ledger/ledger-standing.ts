// Where a ledger stands, as every answer about it says.

/** Where a ledger stands, as every answer about it says. */
export interface LedgerStanding {
  readonly environment: string;
  readonly service: string;
  /** The version that the answer is about; for a write: head after it. Null while only `LedgerCreated` stands. */
  readonly version: number | null;
  readonly active: number | null;
  /** The activation that runs; null while none does. */
  readonly activation: number | null;
  readonly pending: number;
  /** Why an activation would change what runs. */
  readonly pendingBecause: readonly PendingReason[];
  /** Which activations of parents are newer than those that run, as this process knows it; null: nothing is known. */
  readonly inherited: { readonly newer: readonly LayerMoved[] } | null;
  /** Since when what runs does not follow its parents, and by whom; null while it is free to. */
  readonly pin: { readonly activation: number; readonly actor: string; readonly pinnedAt: string } | null;
  /** Digest of the document that the answer is about. */
  readonly digest: string;
  /** The position of the log that the answer is valid at. */
  readonly position: bigint;
}

/** The ledger's own document, its parents' activations, its own schemas, or whom its environment inherits from: each differs from what runs. */
export type PendingReason = 'own' | 'layers' | 'schemas' | 'ancestors';

/** Another activation of a parent than before; null where there is none. */
export interface LayerMoved {
  readonly ledger: string;
  readonly from: number | null;
  readonly to: number | null;
}
