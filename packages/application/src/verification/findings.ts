// What a verification of the log says: how far it is, what does not hold, and what it comes to.
import type { StoredEvent } from '../ports/event-store.js';

/** The first event of a stream that does not hold. */
export interface Finding {
  readonly stream: string;
  readonly revision: number;
  /** Null for an event that should be there and is not. */
  readonly position: bigint | null;
  /** In words, for people. */
  readonly reason: string;
  /** Set where the event is not known to be wrong: the ledger, a parent of this one, without which it cannot be verified. */
  readonly unverifiable?: string;
}

/** How far a verification is. `events`: every event by its position. `activations`: every ledger by its revisions. */
export interface VerificationProgress {
  readonly step: 'events' | 'activations';
  /** Position of the newest event of the first step; `of` is where that step ends. */
  readonly position: bigint;
  readonly of: bigint;
  readonly events: number;
  readonly streams: number;
  /** Ledgers whose activations were checked. */
  readonly ledgers: number;
  /** Streams that do not hold. */
  readonly findings: number;
}

/** Where a stream ends. */
export interface VerifiedEnd {
  readonly revision: number;
  readonly hash: string;
}

/** What a whole verification comes to. */
export interface Verification {
  /** Whether everything held that was checked. */
  readonly holds: boolean;
  /** Id of the installation; null where the log names none. */
  readonly installation: string | null;
  /** The key that signatures were checked with; null where there is none. */
  readonly publicKey: string | null;
  /** False without the mac key: then only hashes, chains, seals and signatures were checked. */
  readonly macsChecked: boolean;
  /** Events up to here were checked. */
  readonly position: bigint;
  readonly events: number;
  readonly streams: number;
  /** Complete change sets. */
  readonly changeSets: { readonly withMac: number; readonly withoutMac: number };
  /** Streams that end within a change set: its events have no effect, and no mac covers them. */
  readonly unfinished: number;
  readonly activations: number;
  readonly findings: number;
  /** Where each stream ends that holds. */
  readonly ends: ReadonlyMap<string, VerifiedEnd>;
}

export type VerificationEvent =
  | ({ readonly kind: 'progress' } & VerificationProgress)
  | ({ readonly kind: 'finding' } & Finding)
  | ({ readonly kind: 'result' } & Verification);

/** The finding that an event does not hold. */
export function findingAt({ stream, revision, position }: StoredEvent, reason: string): Finding {
  return { stream, revision, position, reason };
}

/** The one that comes first in its stream. */
export function earlier(one: Finding | null, other: Finding | null): Finding | null {
  if (one === null || other === null) return one ?? other;
  return other.revision < one.revision ? other : one;
}
