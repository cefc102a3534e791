// The text of an answer that stays open, piece by piece.
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
