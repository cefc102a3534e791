// Whether a marker on the topic was signed by the installation: anybody who can write to Kafka may have put it there.
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { activationStatement, type ActivationMarker } from '@confledger/contracts';

export type SignatureCheck = (ledger: string, marker: ActivationMarker) => boolean;

/** The keys are raw Ed25519 public keys in base64url, as /status shows them. */
export function signatureCheck(publicKeys: readonly string[]): SignatureCheck {
  const keys = new Map(publicKeys.map(readKey));
  return (ledger, marker) => {
    const key = keys.get(marker.keyId);
    return key !== undefined && verify(null, activationStatement(ledger, marker), key, Buffer.from(marker.signature, 'base64url'));
  };
}

function readKey(text: string): [keyId: string, key: KeyObject] {
  const raw = Buffer.from(text, 'base64url');
  return [
    createHash('sha256').update(raw).digest('hex').slice(0, 16),
    createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: text } }),
  ];
}
