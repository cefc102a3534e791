// An answer of lines: the JSON of each, and whether it came to its end or was cut off between two of them.
import type { ErrorCode } from '@confledger/contracts/http';
import { parseJsonText } from '@confledger/document/json-and-paths';
import { asObject, type Json } from './answer.js';
import { AnswerTooLarge, ApiError, NoAnswer } from './errors.js';
import type { Answer } from './send.js';
import { LINE_CHARACTERS_MAX, linesOf } from './text-stream.js';

/**
 * Yields the JSON of each line. Throws ApiError behind a line of kind `failed`, NoAnswer when the last line is neither `result` nor `end` (a
 * verification has verified nothing then) or is cut off, and AnswerTooLarge.
 */
export async function* untilResult(answer: Answer, texts: AsyncIterable<string>): AsyncGenerator<unknown, void, undefined> {
  const { attempt, http } = answer;
  const cutOff = (cause?: unknown): NoAnswer => new NoAnswer(attempt, 'network', withoutEnd(answer), cause);
  const tooLarge = (): AnswerTooLarge => new AnswerTooLarge(attempt, 'line', `${LINE_CHARACTERS_MAX} characters`);
  let last: Json = {};
  for await (const line of linesOf(texts, { charactersMax: LINE_CHARACTERS_MAX, tooLarge, cutOff })) {
    const json = parsed(line, cutOff);
    last = asObject(json) ?? {};
    yield json;
  }
  if (last['kind'] === 'result' || last['kind'] === 'end') return;
  if (last['kind'] !== 'failed') throw cutOff();
  throw new ApiError(
    attempt,
    { status: http.status, retryAfterMs: null },
    {
      success: false,
      error: String(last['error']),
      code: last['code'] as ErrorCode,
      details: [],
      requestId: http.requestId ?? '',
      timestamp: '',
    },
  );
}

function withoutEnd({ attempt: { operation, address } }: Answer): string {
  return `the answer to ${address} ended before its result: ${operation === 'verify' ? 'nothing is verified' : 'it is not whole'}`;
}

function parsed(line: string, cutOff: (cause: unknown) => unknown): unknown {
  try {
    return parseJsonText(line);
  } catch (error) {
    throw cutOff(error);
  }
}
