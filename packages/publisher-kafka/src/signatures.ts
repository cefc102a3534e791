// Whether a marker on the topic was signed by the installation: anybody who can write to Kafka may have put it there.
import { isSignedBy, readPublicKey, type ActivationMarker, type PublicKey } from '@confledger/contracts';

export type SignatureCheck = (ledger: string, marker: ActivationMarker) => boolean;

/** The keys are raw Ed25519 public keys in base64url, as /status shows them. Throws a TypeError for an invalid one. */
export function signatureCheck(publicKeys: readonly string[]): SignatureCheck {
  const keys = new Map(publicKeys.map(readKey).map((key) => [key.id, key]));
  return (ledger, marker) => {
    const key = keys.get(marker.keyId);
    return key !== undefined && isSignedBy(key, ledger, marker);
  };
}

function readKey(text: string): PublicKey {
  const key = readPublicKey(text);
  if (key === null) throw new TypeError('a public key must be a raw Ed25519 key: 32 bytes in base64url, as /status shows it');
  return key;
}
