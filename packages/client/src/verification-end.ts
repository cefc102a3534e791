// Tells an answer of lines that came to its end from one that was cut off between two of them.
import type { ErrorCode, OperationName } from '@confledger/contracts/http';
import type { HttpFacts } from './calls.js';
import { ApiError, NoAnswer } from './errors.js';

interface Line {
  readonly kind?: unknown;
  readonly code?: unknown;
  readonly error?: unknown;
}

/** Yields the lines. Throws ApiError behind a line of kind `failed`, and NoAnswer when the last line is neither `result` nor `end`: a verification has verified nothing then. */
export async function* untilResult(
  name: OperationName,
  { status, requestId }: HttpFacts,
  lines: AsyncIterable<unknown>,
): AsyncGenerator<unknown, void, undefined> {
  let last: Line = {};
  for await (const line of lines) {
    last = typeof line === 'object' && line !== null ? line : {};
    yield line;
  }
  if (last.kind === 'result' || last.kind === 'end') return;
  if (last.kind !== 'failed')
    throw new NoAnswer(
      name,
      'network',
      `the answer ended before its result: ${name === 'verify' ? 'nothing is verified' : 'it is not whole'}`,
    );
  throw new ApiError(name, status, {
    success: false,
    error: String(last.error),
    code: last.code as ErrorCode,
    details: [],
    requestId: requestId ?? '',
    timestamp: '',
  });
}
