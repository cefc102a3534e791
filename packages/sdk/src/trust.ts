// Decides whether a marker was signed by the installation and is of the ledger that this node belongs to. Feed and cache are judged alike.
import { isSignedBy, readPublicKey, type ActivationMarker, type PublicKey } from '@confledger/contracts';
import { ConfLedgerError } from './errors.js';

export class Trust {
  readonly #ledger: string;
  readonly #keys: ReadonlyMap<string, PublicKey>;
  #origin: string | null;

  /** Throws ConfLedgerError OPTION_INVALID when a key is not a raw Ed25519 key in base64url. */
  constructor(options: { readonly ledger: string; readonly publicKey: string | readonly string[]; readonly origin: string | null }) {
    this.#ledger = options.ledger;
    this.#origin = options.origin;
    const keys = typeof options.publicKey === 'string' ? [options.publicKey] : options.publicKey;
    if (!Array.isArray(keys) || keys.length === 0) {
      throw new ConfLedgerError(
        'OPTION_INVALID',
        '`publicKey` is missing: take it from /status of the installation, by a way that you trust',
      );
    }
    this.#keys = new Map(keys.map(readKey).map((key) => [key.id, key]));
  }

  get origin(): string | null {
    return this.#origin;
  }

  /** From now on only this ledger: the first that ran, or the one that the cache remembers. */
  pin(origin: string): void {
    this.#origin ??= origin;
  }

  /** Why this marker is not to be believed, as a sentence; null when it is. */
  problemWith(marker: ActivationMarker): string | null {
    const key = this.#keys.get(marker.keyId);
    if (key === undefined) return `activation ${marker.activation} is signed by key ${marker.keyId}, which this node does not trust`;
    if (!isSignedBy(key, this.#ledger, marker)) {
      return `the signature of activation ${marker.activation} does not hold for ledger ${this.#ledger}`;
    }
    if (this.#origin !== null && marker.origin !== this.#origin) {
      return `activation ${marker.activation} is of origin ${marker.origin}, another ledger under the same name; this node belongs to ${this.#origin}`;
    }
    return null;
  }
}

function readKey(text: string): PublicKey {
  const key = readPublicKey(text);
  if (key !== null) return key;
  throw new ConfLedgerError('OPTION_INVALID', '`publicKey` must be a raw Ed25519 public key: 32 bytes in base64url, as /status shows it');
}
