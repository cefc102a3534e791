// A text[] parameter in Postgres's binary form. As text, every quote of every JSON would be escaped here and unescaped there:
// 20 µs for an event of 1 KiB. Source: array_recv and text_recv of the server.

const TEXT_OID = 25;
const HEADER_BYTES = 20;

/** A Buffer, which pg sends in binary. */
export function textArray(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + lengths.reduce((sum, length) => sum + 4 + length, 0));
  // One dimension, no NULLs, elements of type text, counted from 1.
  [1, 0, TEXT_OID, texts.length, 1].forEach((field, index) => buffer.writeInt32BE(field, index * 4));
  let offset = HEADER_BYTES;
  texts.forEach((text, index) => {
    offset = buffer.writeInt32BE(lengths[index] ?? 0, offset);
    offset += buffer.write(text, offset);
  });
  return buffer;
}
