// Which partition a ledger's records lie in. Publisher and nodes must agree on it for ever.

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/** Kafka's murmur2 of the UTF-8 of `<environment>.<service>`, as its own clients take it modulo the partition count. */
export function partitionOf(ledger: string, partitionCount: number): number {
  return (murmur2(Buffer.from(ledger, 'utf8')) & 0x7fffffff) % partitionCount;
}

function murmur2(bytes: Buffer): number {
  const tail = bytes.length & ~3;
  let hash = SEED ^ bytes.length;
  for (let at = 0; at < tail; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), MULTIPLIER);
    word = Math.imul(word ^ (word >>> 24), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  if (tail < bytes.length) hash = Math.imul(hash ^ bytes.readUIntLE(tail, bytes.length - tail), MULTIPLIER);
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}
