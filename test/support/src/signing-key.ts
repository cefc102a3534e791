// An installation's keys without files: for tests of whatever signs, authenticates and verifies.
import { createHash, createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { Keys } from '@confledger/application';

export class SigningKey implements Keys {
  /** Raw, base64url. */
  readonly publicKey: string;
  readonly keyId: string;
  readonly macKey: string;
  readonly #privateKey: KeyObject;
  readonly #secret: string;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    this.publicKey = raw.toString('base64url');
    this.keyId = createHash('sha256').update(raw).digest('hex').slice(0, 16);
    this.#privateKey = privateKey;
    this.#secret = this.keyId;
    this.macKey = createHash('sha256').update(this.#secret).digest('hex').slice(0, 16);
  }

  sign(statement: Uint8Array): string {
    return sign(null, statement, this.#privateKey).toString('base64url');
  }

  fingerprint(text: string): string {
    return createHmac('sha256', `fingerprints of ${this.#secret}`).update(text).digest('hex');
  }

  mac(bytes: Uint8Array): string {
    return createHmac('sha256', `macs of ${this.#secret}`).update(bytes).digest('hex');
  }
}
