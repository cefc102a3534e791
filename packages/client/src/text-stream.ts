// The text of an answer that stays open, piece by piece, and the JSON of one that comes line by line.
import { parseJsonText } from '@confledger/document/json-and-paths';
import type { ByteStream, FetchedAnswer } from './fetch.js';

/** Longest answer that is read as a whole, in bytes (64 MiB). */
export const ANSWER_BYTES_MAX = 67_108_864;

/** Longest line of an answer that comes line by line, in characters (1 Mi). */
export const LINE_CHARACTERS_MAX = 1_048_576;

/** The whole text of an answer. Throws what `tooLarge` makes where it has more than `ANSWER_BYTES_MAX`, and reads no further. */
export async function wholeText(answer: FetchedAnswer, tooLarge: () => Error): Promise<string> {
  // Some implementations of `fetch` give no body where there is none.
  if (answer.body === null) return answer.text();
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return pieces.join('') + decoder.decode();
      bytes += value?.byteLength ?? 0;
      if (bytes > ANSWER_BYTES_MAX) throw tooLarge();
      pieces.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Yields text until the server ends it. Leaving the loop closes the connection. Throws what `broken` makes of an error of the connection. */
export async function* textOf(body: ByteStream, broken: (cause: unknown) => unknown): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw broken(error);
      });
      if (done) return;
      if (value !== undefined) yield decoder.decode(value, { stream: true });
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** What the caller makes of what can go wrong. */
export interface LineErrors {
  /** Of an error of the connection, or of a line that is cut off. */
  readonly broken: (cause: unknown) => unknown;
  /** Of a line with more than `LINE_CHARACTERS_MAX`. */
  readonly tooLarge: () => Error;
}

/** Yields the JSON of each line until the server ends the answer. Throws what `broken` and `tooLarge` make. */
export async function* linesOf(body: ByteStream, { broken, tooLarge }: LineErrors): AsyncGenerator<unknown, void, undefined> {
  let begun = '';
  for await (const text of textOf(body, broken)) {
    const [first = '', ...others] = text.split('\n');
    const lines = [begun + first, ...others];
    if (lines.some(({ length }) => length > LINE_CHARACTERS_MAX)) throw tooLarge();
    begun = lines.pop() ?? '';
    for (const line of lines) yield parsed(line, broken);
  }
  if (begun !== '') throw broken(new Error('the last line is cut off'));
}

function parsed(line: string, broken: (cause: unknown) => unknown): unknown {
  try {
    return parseJsonText(line);
  } catch (error) {
    throw broken(error);
  }
}
