// Ports to what a decision must not reach for itself: time, ids, and the installation's keys.

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface Ids {
  /** A new random id (UUID). */
  next(): string;
}

/** The installation's keys. Both stay the same for its life, except that signing keys may be rotated (`keyId` names one). */
export interface Signer {
  /** First 16 hex digits of SHA-256 of the raw public key. */
  readonly keyId: string;
  /** Raw Ed25519 public key, base64url. */
  readonly publicKey: string;
  /** Ed25519 signature, base64url. */
  sign(statement: Uint8Array): string;
  /** Hex HMAC-SHA-256 under the fingerprint key, which all apis of an installation share. */
  fingerprint(text: string): string;
}

/** Authenticates change sets and snapshots. Apis alone have the key, which is made from the fingerprint key. */
export interface Authority {
  /** Names the key: first 16 hex digits of SHA-256 of `confledger.mac.id.v1`, a line feed and the key. */
  readonly macKey: string;
  /** Hex HMAC-SHA-256. */
  mac(bytes: Uint8Array): string;
}

/** What an api holds. */
export interface Keys extends Signer, Authority {}
