// HMAC-SHA-256 as RFC 2104 defines it, by two one-shot hashes. An api makes one for each command: an Hmac object of Node costs it three times
// as much, most of it in garbage collection.
import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/** Makes the function that answers the HMAC-SHA-256 of bytes in hex. Throws RangeError for a key that is longer than a block of SHA-256. */
export function hmacOf(key: Uint8Array): (bytes: Uint8Array) => string {
  if (key.length > BLOCK_BYTES) throw new RangeError(`a key of HMAC-SHA-256 has at most ${BLOCK_BYTES} bytes here`);
  const [inner, outer] = [padded(key, INNER_PAD), padded(key, OUTER_PAD)];
  return (bytes) => {
    const innerHash = Buffer.from(hash('sha256', Buffer.concat([inner, bytes]), 'hex'), 'hex');
    return hash('sha256', Buffer.concat([outer, innerHash]), 'hex');
  };
}

function padded(key: Uint8Array, pad: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, pad);
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad;
  return block;
}
