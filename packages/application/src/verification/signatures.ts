// Ed25519 signatures of an installation, checked with its public key.
import { createHash, createPublicKey, verify } from 'node:crypto';

/** Whether a signature (base64url) over a statement is the key's. */
export type SignatureCheck = (statement: Uint8Array, signature: string) => boolean;

/** `publicKey` is the raw Ed25519 key, base64url. Null for text that is no such key. */
export function signatureCheck(publicKey: string): SignatureCheck | null {
  try {
    const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: publicKey } });
    return (statement, signature) => verify(null, statement, key, Buffer.from(signature, 'base64url'));
  } catch {
    return null;
  }
}

/** First 16 hex digits of SHA-256 of the raw key. */
export function keyIdOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex').slice(0, 16);
}
