// Idempotency keys, for writes that may have to be sent again.

const KEY_BYTES = 16;

/** A new random key of 32 hex digits for the header `idempotency-key`. `crypto.randomUUID` does not exist in a page over plain HTTP. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
