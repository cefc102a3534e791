// What is answered about the integrity of the log: single events, and the lines of a verification.
import type { ErrorCode } from './errors.js';

/** An event as the event store keeps it. */
export interface StoredEventAnswer {
  readonly position: string;
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  /** JSON texts, byte for byte: the hash in the metadata is over them. */
  readonly data: string;
  readonly metadata: string;
}

/** How far it is; about one a second. */
export interface VerificationProgressLine {
  readonly kind: 'progress';
  /** `events`: every event by its position, up to `of`. `activations`: then every ledger. */
  readonly step: 'events' | 'activations';
  readonly position: string;
  readonly of: string;
  readonly eventCount: number;
  readonly streamCount: number;
  /** Of ledgers whose activations were checked. */
  readonly ledgerCount: number;
  /** Of streams that do not hold, so far. */
  readonly findingCount: number;
}

/** The first event of a stream that does not hold. */
export interface VerificationFindingLine {
  readonly kind: 'finding';
  readonly stream: string;
  readonly revision: number;
  /** Null for an event that should be there and is not. */
  readonly position: string | null;
  /** In a sentence. */
  readonly error: string;
}

/** How many change sets have a mac. */
export interface ChangeSetCounts {
  readonly withMac: number;
  readonly withoutMac: number;
}

/** The last line of a verification that came to its end. */
export interface VerificationResultLine {
  readonly kind: 'result';
  readonly holds: boolean;
  /** Null where the log names none. */
  readonly installation: string | null;
  /** The key that signatures were checked with; null where there is none. */
  readonly publicKey: string | null;
  /** False where the mac key was not at hand. */
  readonly macsChecked: boolean;
  /** Everything up to here was checked. */
  readonly position: string;
  readonly eventCount: number;
  readonly streamCount: number;
  /** Of complete change sets. */
  readonly changeSets: ChangeSetCounts;
  /** Of streams that end within a change set, which has no effect and which no mac covers. */
  readonly unfinishedCount: number;
  readonly activationCount: number;
  /** Of streams that do not hold. */
  readonly findingCount: number;
}

/** The last line of a verification that could not go on. */
export interface VerificationFailedLine {
  readonly kind: 'failed';
  readonly code: ErrorCode;
  readonly error: string;
}

/** One line. An answer whose last line is no result was cut off: nothing is verified then. */
export type VerificationLine = VerificationProgressLine | VerificationFindingLine | VerificationResultLine | VerificationFailedLine;
