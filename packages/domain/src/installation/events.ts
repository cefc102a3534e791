// The events of the installation's own stream. A storage format: names and members never change.
import { isCount, isListOf, isText, membersOf, type EventDecoders } from '../stream/decoders.js';

/** The first event: made once, by the first start. */
export interface InstallationCreated {
  readonly type: 'InstallationCreated';
  readonly data: {
    readonly installation: string;
    /** Of the signing key: first 16 hex digits of SHA-256 of the raw public key. */
    readonly keyId: string;
    /** Raw Ed25519 public key, base64url. */
    readonly publicKey: string;
  };
}

/** Names the key that change sets are authenticated with. Set once; again only by who holds the signing key, offline. */
export interface MacKeySet {
  readonly type: 'MacKeySet';
  readonly data: {
    /** First 16 hex digits of SHA-256 of a prefix and the key. */
    readonly macKey: string;
    /** Of the signing key. */
    readonly keyId: string;
    /** Ed25519 over the key's statement, base64url. */
    readonly signature: string;
  };
}

/** Everything up to these events counts as it stands, with macs or without; what comes behind them needs macs. */
export interface StreamsSealed {
  readonly type: 'StreamsSealed';
  /** At most `SEALED_STREAMS_MAX`. */
  readonly data: { readonly streams: readonly SealedEnd[] };
}

/** Where a stream ended when it was sealed. */
export type SealedEnd = readonly [stream: string, revision: number, hash: string];

export type InstallationEvent = InstallationCreated | MacKeySet | StreamsSealed;

/** Streams in one event. */
export const SEALED_STREAMS_MAX = 5_000;
/** Bytes of them as JSON: with its metadata the event fits into one append. */
export const SEALED_BYTES_MAX = 700 * 1024;

function isSealedEnd(value: unknown): boolean {
  return Array.isArray(value) && value.length === 3 && isText(value[0]) && isCount(value[1]) && isText(value[2]);
}

/** What this release reads. */
export const INSTALLATION_EVENTS: EventDecoders<InstallationEvent> = {
  InstallationCreated: { 1: membersOf<InstallationCreated['data']>({ installation: isText, keyId: isText, publicKey: isText }) },
  MacKeySet: { 1: membersOf<MacKeySet['data']>({ macKey: isText, keyId: isText, signature: isText }) },
  StreamsSealed: { 1: membersOf<StreamsSealed['data']>({ streams: isListOf(isSealedEnd) }) },
};
