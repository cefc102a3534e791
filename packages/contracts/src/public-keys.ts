// The public keys that activations are checked by: how one is written, what its id is, and whether it signed a marker.
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { activationStatement, type ActivationMarker } from './feed.js';

const RAW_KEY_BYTES = 32;
const KEY_ID_HEX_DIGITS = 16;

export interface PublicKey {
  /** As markers name it (`keyId`). */
  readonly id: string;
  readonly key: KeyObject;
}

/** The id of a raw Ed25519 public key: the first 16 hex digits of its SHA-256. */
export function keyIdOf(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('hex').slice(0, KEY_ID_HEX_DIGITS);
}

/** Reads a raw Ed25519 public key in base64url, as /status shows it; null when the text is not one. */
export function readPublicKey(text: string): PublicKey | null {
  const raw = Buffer.from(text, 'base64url');
  if (raw.length !== RAW_KEY_BYTES || raw.toString('base64url') !== text) return null;
  return { id: keyIdOf(raw), key: createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: text } }) };
}

/** Whether the marker's signature was made with this key, for this ledger. */
export function isSignedBy(key: PublicKey, ledger: string, marker: ActivationMarker): boolean {
  return isSignatureOf(key, activationStatement(ledger, marker), marker.signature);
}

/** Whether a signature (base64url) over a statement was made with this key. */
export function isSignatureOf({ key }: PublicKey, statement: Uint8Array, signature: string): boolean {
  return verify(null, statement, key, Buffer.from(signature, 'base64url'));
}
