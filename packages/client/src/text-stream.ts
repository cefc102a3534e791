// The text of an answer: whole, piece by piece, or line by line. It is UTF-8 as it was sent, or refused.
import type { ByteStream, FetchedAnswer } from './fetch.js';

/** Longest answer that is read as a whole, in bytes (64 MiB). */
export const ANSWER_BYTES_MAX = 67_108_864;

/** Longest line of an answer that comes line by line, in characters (1 Mi). */
export const LINE_CHARACTERS_MAX = 1_048_576;

/** The bytes are not UTF-8. */
export class NotUtf8 extends Error {
  override readonly name = 'NotUtf8';
}

/** The whole text of an answer. Throws what `tooLarge` makes where it has more than `ANSWER_BYTES_MAX`, and reads no further; NotUtf8; and errors of the connection as they are. */
export async function wholeText(answer: FetchedAnswer, tooLarge: () => Error): Promise<string> {
  // Some implementations of `fetch` give no body where there is none.
  if (answer.body === null) return answer.text();
  const pieces: string[] = [];
  let bytes = 0;
  for await (const text of decoded(answer.body, (piece) => {
    bytes += piece.byteLength;
    if (bytes > ANSWER_BYTES_MAX) throw tooLarge();
  }))
    pieces.push(text);
  return pieces.join('');
}

/** What a stream is read with. */
export interface Reading {
  /** Makes the error of a connection that breaks, or of bytes that are not UTF-8. */
  readonly broken: (cause: unknown) => unknown;
  /** Milliseconds without a byte after which the connection counts as broken. Absent: it may be silent. */
  readonly silenceMsMax?: number;
}

/** Yields text until the server ends it. Leaving the loop closes the connection. */
export async function* textOf(body: ByteStream, { broken, silenceMsMax }: Reading): AsyncGenerator<string, void, undefined> {
  const reading = decoded(body, () => undefined, silenceMsMax);
  try {
    for (;;) {
      const { done, value } = await reading.next().catch((error: unknown) => {
        throw broken(error);
      });
      if (done === true) return;
      yield value;
    }
  } finally {
    await reading.return();
  }
}

async function* decoded(
  body: ByteStream,
  onPiece: (piece: Uint8Array) => void,
  silenceMsMax?: number,
): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for (;;) {
      const { done, value } = await spoken(reader, silenceMsMax);
      if (value !== undefined) onPiece(value);
      const text = utf8(() => decoder.decode(value, { stream: !done }));
      if (text !== '') yield text;
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

type Reader = ReturnType<ByteStream['getReader']>;

/** The next piece. Rejects when the server is silent for too long. */
async function spoken(reader: Reader, silenceMsMax: number | undefined): ReturnType<Reader['read']> {
  if (silenceMsMax === undefined) return reader.read();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${silenceMsMax} ms`)), silenceMsMax);
  });
  try {
    return await Promise.race([reader.read(), silence]);
  } finally {
    clearTimeout(timer);
  }
}

function utf8(decode: () => string): string {
  try {
    return decode();
  } catch {
    throw new NotUtf8('its bytes are not UTF-8');
  }
}

/** What ends the reading of lines. */
export interface LineReading {
  /** Characters that a line may have. */
  readonly charactersMax: number;
  /** Makes the error of a longer line. */
  readonly tooLarge: () => Error;
  /** Makes the error of an answer that ends in the middle of a line; null: such a line is dropped. */
  readonly cutOff: (() => unknown) | null;
}

/** Yields each line without its end. */
export async function* linesOf(
  texts: AsyncIterable<string>,
  { charactersMax, tooLarge, cutOff }: LineReading,
): AsyncGenerator<string, void, undefined> {
  let begun = '';
  for await (const text of texts) {
    const [first = '', ...others] = text.split('\n');
    const lines = [begun + first, ...others];
    if (lines.some(({ length }) => length > charactersMax)) throw tooLarge();
    begun = lines.pop() ?? '';
    yield* lines;
  }
  if (begun !== '' && cutOff !== null) throw cutOff();
}
