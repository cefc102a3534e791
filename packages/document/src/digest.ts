// The digests that documents are proved by (SHA-256 as a Merkle tree, domain-separated by the first byte). Used by tree and proof.
//   leaf:   SHA-256(0x00 ‖ canonical JSON)
//   object: SHA-256(0x01 ‖ per member in name order: length of the name in UTF-8, four bytes big-endian ‖ name ‖ digest of the member)
import { hash } from 'node:crypto';
import { canonicalJson, sortNames } from './canonical.js';
import { isJsonObject, type JsonValue } from './json.js';

export const DIGEST_BYTES = 32;

/** Digest of a value as it stands in a document: a scalar, an array, `{}`; an object with members gives the digest of its subtree. */
export function leafDigest(value: JsonValue): Uint8Array {
  if (!isJsonObject(value)) return hash('sha256', `\u0000${canonicalJson(value)}`, 'buffer');
  const hasher = new MemberHasher();
  for (const name of sortNames(Object.keys(value))) hasher.add(name, leafDigest(value[name] as JsonValue));
  return hasher.finish();
}

// Buffers that wait for the next object; nesting takes one each.
const spareBuffers: Buffer[] = [];
const FIRST_BUFFER_BYTES = 4096;
const SPARE_BUFFER_BYTES_MAX = 1 << 20;

/** Gathers the members of one object, in name order, into its digest. */
export class MemberHasher {
  private buffer = spareBuffers.pop() ?? Buffer.allocUnsafe(FIRST_BUFFER_BYTES);
  private length = 1;

  add(name: string, digest: Uint8Array): void {
    const needed = this.length + 4 + name.length * 3 + DIGEST_BYTES;
    if (needed > this.buffer.length) this.grow(needed);
    const nameBytes = this.writeName(name, this.length + 4);
    this.buffer.writeUInt32BE(nameBytes, this.length);
    this.buffer.set(digest, this.length + 4 + nameBytes);
    this.length += 4 + nameBytes + DIGEST_BYTES;
  }

  finish(): Uint8Array {
    this.buffer[0] = 1;
    const digest = hash('sha256', this.buffer.subarray(0, this.length), 'buffer');
    if (this.buffer.length <= SPARE_BUFFER_BYTES_MAX) spareBuffers.push(this.buffer);
    return digest;
  }

  private writeName(name: string, at: number): number {
    for (let index = 0; index < name.length; index++) {
      const code = name.charCodeAt(index);
      if (code >= 0x80) return this.buffer.write(name, at, 'utf8');
      this.buffer[at + index] = code;
    }
    return name.length;
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }
}

/** Lower-case hex. */
export function hex(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString('hex');
}
