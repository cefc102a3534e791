// The events of a ledger: a storage format for ever. Names and fields are never changed; a new version of an event gets
// a new schemaVersion and an upcaster. Used by decisions (which make them) and by every fold (which reads them).
import type { JsonObject, JsonValue } from '@confledger/document';

/** The first event of every ledger. Its id is the ledger's origin. */
export interface LedgerCreated {
  readonly type: 'LedgerCreated';
  readonly data: { readonly environment: string; readonly service: string };
}

/** A leaf was given a value: a scalar, an array (always whole) or `{}`. */
export interface ConfigSet {
  readonly type: 'ConfigSet';
  readonly data: { readonly path: string; readonly value: JsonValue };
}

/** A leaf was removed. An object whose last leaf is removed is gone with it. */
export interface ConfigDeleted {
  readonly type: 'ConfigDeleted';
  readonly data: { readonly path: string };
}

/** A version became the one that nodes run. The revision of this event names the activation and orders it. */
export interface VersionActivated {
  readonly type: 'VersionActivated';
  readonly data: {
    readonly version: number;
    /** The version that was active before; null for a ledger's first activation. */
    readonly previous: number | null;
    /** Hex SHA-256 digest of the document at `version`. */
    readonly digest: string;
    /** How many versions are newer than `version`. */
    readonly pending: number;
    readonly keyId: string;
    /** Ed25519 over the activation statement, base64url. */
    readonly signature: string;
    /** The version whose content was restored, when this event ends a rollback. */
    readonly rollbackTo?: number;
  };
}

export interface VersionTagged {
  readonly type: 'VersionTagged';
  readonly data: { readonly version: number; readonly tag: string };
}

export interface VersionUntagged {
  readonly type: 'VersionUntagged';
  readonly data: { readonly version: number; readonly tag: string };
}

export type LedgerEvent = LedgerCreated | ConfigSet | ConfigDeleted | VersionActivated | VersionTagged | VersionUntagged;

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

/** The envelope of every event, on every stream. */
export type EventMetadata = {
  readonly actor: Actor;
  readonly reason: string | null;
  readonly commandId: string;
  /** Hex HMAC-SHA-256 of the request that made it: equal requests have equal fingerprints. */
  readonly fingerprint: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly changeSet: ChangeSetPlace;
  /** UTC, ISO 8601 with milliseconds. Never before the stream's previous event. */
  readonly occurredAt: string;
  readonly schemaVersion: number;
  readonly traceparent: string | null;
  /** `hash` of the stream's previous event; null for the first. */
  readonly previousHash: string | null;
  /** Hex SHA-256 over the canonical JSON of {stream, revision, type, data, metadata without hash}. */
  readonly hash: string;
};

/** An event as it stands in its stream. */
export type Recorded<E extends { readonly type: string; readonly data: JsonObject } = LedgerEvent> = E & {
  /** UUIDv8 made from the hash: the same id means the same bytes. */
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly metadata: EventMetadata;
};

/** An activation before it is signed: what a decision knows of it. */
export type UnsignedActivation = {
  readonly type: 'VersionActivated';
  readonly data: Omit<VersionActivated['data'], 'keyId' | 'signature'>;
};

/** What a decision yields: events that have no envelope and no signature yet. */
export type DraftEvent = Exclude<LedgerEvent, VersionActivated> | UnsignedActivation;

/** The first event of the stream `installation`: who this installation is, and the key that its activations are signed with. */
export interface InstallationCreated {
  readonly type: 'InstallationCreated';
  readonly data: {
    readonly installation: string;
    readonly keyId: string;
    /** Raw Ed25519 public key, base64url. */ readonly publicKey: string;
  };
}
