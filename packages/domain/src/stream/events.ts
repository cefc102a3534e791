// What stands in every stream, whatever its kind: an event in its envelope. A storage format: names and members never change.
import type { JsonObject } from '@confledger/document';

/** An event without its envelope. `data` is what its type says. */
export interface EventShape {
  readonly type: string;
  readonly data: JsonObject;
}

/** Who did it, how they proved it, and the roles in force at that moment. */
export type Actor = {
  readonly id: string;
  readonly method: string;
  readonly roles: readonly string[];
};

/** Which change set an event belongs to, and its place in it. A change set takes effect with its last event. */
export type ChangeSetPlace = {
  readonly id: string;
  readonly index: number;
  readonly size: number;
};

/** Streams that a decision looked at besides its own, each with the revision that it saw; -1 for a stream that was not there. */
export type FactRevisions = { readonly [stream: string]: number };

/** What a change set was made from. */
export type EventSource =
  | { readonly kind: 'rollback'; readonly version: number; readonly activation: number | null; readonly acceptedViolations?: number }
  | { readonly kind: 'promotion'; readonly ledger: string; readonly version: number }
  | { readonly kind: 'inheritance' };

/** The envelope of every event, on every stream. A later release may add members. */
export type EventMetadata = {
  readonly actor: Actor;
  readonly reason: string | null;
  readonly commandId: string;
  /** Hex HMAC-SHA-256 of the request that made it: equal requests have equal fingerprints. */
  readonly fingerprint: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly changeSet: ChangeSetPlace;
  /** In the first event of a change set whose decision used facts of other streams; absent otherwise. */
  readonly facts?: FactRevisions;
  /** What the change set was made from; absent for what a client wrote, and before it was recorded. */
  readonly source?: EventSource;
  /** UTC, ISO 8601 with milliseconds. Never before the stream's previous event. */
  readonly occurredAt: string;
  readonly schemaVersion: number;
  readonly traceparent: string | null;
  /** `hash` of the stream's previous event; null for the first. */
  readonly previousHash: string | null;
  /** Hex SHA-256 over the canonical JSON of {stream, revision, type, data, metadata without hash and mac}. */
  readonly hash: string;
  /** In the last event of a change set: hex HMAC-SHA-256 of `hash` (its 32 bytes) under a key that apis alone have. Absent before macs. */
  readonly mac?: string;
};

/** An event as it stands in its stream. */
export type Recorded<E extends EventShape = EventShape> = E & {
  /** UUIDv8 made from the hash: the same id means the same bytes. */
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly metadata: EventMetadata;
};
