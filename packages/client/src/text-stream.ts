// The text of an answer that stays open, piece by piece, and the JSON of one that comes line by line.
import { parseJsonText } from '@confledger/document/json-and-paths';
import type { ByteStream } from './fetch.js';

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

/** Yields the JSON of each line until the server ends the answer. Throws what `broken` makes of an error of the connection, or of a line that is cut off. */
export async function* linesOf(body: ByteStream, broken: (cause: unknown) => unknown): AsyncGenerator<unknown, void, undefined> {
  let begun = '';
  for await (const text of textOf(body, broken)) {
    const [first = '', ...others] = text.split('\n');
    const lines = [begun + first, ...others];
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
