// What proves that an event is what was recorded: its hash over its very texts, and the mac that only apis can make. Computed over the stored
// texts, which are canonical, without parsing and serialising them again.
import { hash as digestOf } from 'node:crypto';

/** An event's texts and place, as a store keeps them. */
export interface EventTexts {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** What ends the metadata of every event is of fixed length: the hash, and in the last event of a change set the mac. */
const HASH_HEAD = ',"hash":"';
const MAC_HEAD = '","mac":"';
const SEAL_TAIL = '"}';
const HEX_DIGITS = 64;
const HASH_CHARACTERS = HASH_HEAD.length + HEX_DIGITS + SEAL_TAIL.length;
const HASH_AND_MAC_CHARACTERS = HASH_CHARACTERS + MAC_HEAD.length + HEX_DIGITS;

/** Metadata without `hash` and `mac`, and the hash. */
interface SealedText {
  readonly bare: string;
  readonly hash: string;
}

/** Null for metadata that no release of ours wrote. The digits of the hash are checked by whoever compares them. */
function sealedText(metadata: string): SealedText | null {
  if (!metadata.endsWith(SEAL_TAIL)) return null;
  const withMac = metadata.length - HASH_AND_MAC_CHARACTERS;
  const start = metadata.startsWith(HASH_HEAD, withMac) ? withMac : metadata.length - HASH_CHARACTERS;
  if (start < 0 || !metadata.startsWith(HASH_HEAD, start)) return null;
  const hashAt = start + HASH_HEAD.length;
  if (start === withMac && !metadata.startsWith(MAC_HEAD, hashAt + HEX_DIGITS)) return null;
  return { bare: `${metadata.slice(0, start)}}`, hash: metadata.slice(hashAt, hashAt + HEX_DIGITS) };
}

/** Metadata as they are stored. */
export function withSeal(bare: string, hash: string, mac: string | null): string {
  return `${bare.slice(0, -1)},"hash":"${hash}"${mac === null ? '' : `,"mac":"${mac}"`}}`;
}

/** SHA-256 over the canonical JSON of {data, metadata, revision, stream, type}; `metadata` without `hash` and `mac`. */
export function hashOfTexts({ stream, revision, type, data, metadata }: Omit<EventTexts, 'id'>): string {
  return digestOf(
    'sha256',
    `{"data":${data},"metadata":${metadata},"revision":${revision},"stream":${JSON.stringify(stream)},"type":${JSON.stringify(type)}}`,
    'hex',
  );
}

/** The first 16 bytes of a hash as a UUIDv8. */
export function idFromHash(hash: string): string {
  const variant = ((Number.parseInt(hash.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** Why an event cannot be what was recorded; null when its hash and its id are those of its content. */
export function contentProblem(event: EventTexts): string | null {
  const sealed = sealedText(event.metadata);
  if (sealed === null) return 'its metadata do not end with its hash';
  const { stream, revision, type, data } = event;
  if (hashOfTexts({ stream, revision, type, data, metadata: sealed.bare }) !== sealed.hash) return 'its hash is not that of its content';
  return event.id === idFromHash(sealed.hash) ? null : 'its id is not made from its hash';
}
