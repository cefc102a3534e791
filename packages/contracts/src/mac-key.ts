// What the signing key says about the key that change sets are authenticated with.
import { canonicalJson } from '@confledger/document';

/** What the event `MacKeySet` names. */
export interface NamedMacKey {
  /** Of the signing key. */
  readonly keyId: string;
  /** Id of the installation. */
  readonly installation: string;
  /** Of the mac key: first 16 hex digits of SHA-256 of `confledger.mac.id.v1`, a line feed and the key. */
  readonly macKey: string;
}

/** The bytes that the signature of a `MacKeySet` covers. */
export function macKeyStatement({ keyId, installation, macKey }: NamedMacKey): Uint8Array {
  return Buffer.from(`confledger.mackey.v1\n${canonicalJson({ keyId, installation, macKey })}`, 'utf8');
}
