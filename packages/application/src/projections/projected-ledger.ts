// What the projector knows of a ledger.
import type { Document } from '@confledger/document';
import type { Ledger } from '@confledger/domain';
import type { LazyDocument } from './lazy-document.js';

/** A version whose document is at hand, in case it is activated later. */
export interface RecentVersion {
  readonly version: number;
  readonly document: Document;
}

/** What the projector knows of a ledger. */
export interface ProjectedLedger {
  readonly ledger: Ledger<LazyDocument>;
  readonly updatedAt: string;
  /** Some of the newest versions, newest last: one for each batch. Not kept in tables. */
  readonly recent: readonly RecentVersion[];
}
