// The errors of a call: a failure of the api, no answer, or the answer of another server.
import { isErrorCode, type ErrorCode, type Failure, type OperationName, type ProblemDetail } from '@confledger/contracts/http';

/** The api answered with a failure. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly operation: OperationName;
  /** The code of the error catalogue. `UNKNOWN` where a newer api sends a code that this release lacks; `failure.code` has it. */
  readonly code: ErrorCode | 'UNKNOWN';
  readonly status: number;
  /** Each problem with its path, rule, message and remedy. */
  readonly details: readonly ProblemDetail[];
  readonly requestId: string;
  /** The whole answer. That of a batch has `operations`, with what became of each. */
  readonly failure: Failure;

  constructor(operation: OperationName, status: number, failure: Failure) {
    super(`${operation}: ${failure.error}`);
    this.operation = operation;
    this.code = isErrorCode(failure.code) ? failure.code : 'UNKNOWN';
    this.status = status;
    this.details = failure.details;
    this.requestId = failure.requestId;
    this.failure = failure;
  }
}

/**
 * No answer, or not in time. A write may still have taken effect: sent again with the same `idempotency-key`, it is written once.
 */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly operation: OperationName;
  readonly why: 'network' | 'timeout';

  constructor(operation: OperationName, why: NoAnswer['why'], message: string, cause?: unknown) {
    super(`${operation}: ${message}`, { cause });
    this.operation = operation;
    this.why = why;
  }
}

/** The answer is not one of a ConfLedger api, but of a proxy or another server. */
export class ForeignAnswer extends Error {
  override readonly name = 'ForeignAnswer';
  readonly operation: OperationName;
  /** HTTP status; 0 for a redirect in a browser, which hides it. */
  readonly status: number;
  readonly contentType: string | null;
  /** The first 200 characters of its text. */
  readonly excerpt: string;

  /** `fault`: what is wrong with it, where status and content type are right. */
  constructor(operation: OperationName, answer: Pick<ForeignAnswer, 'status' | 'contentType' | 'excerpt'>, fault: string | null = null) {
    super(`${operation}: ${describe(answer)}${fault === null ? '' : `: ${fault}`}; is \`url\` the address of a ConfLedger api?`);
    this.operation = operation;
    this.status = answer.status;
    this.contentType = answer.contentType;
    this.excerpt = answer.excerpt;
  }
}

function describe({ status, contentType }: Pick<ForeignAnswer, 'status' | 'contentType'>): string {
  if (status === 0 || (status >= 300 && status < 400 && status !== 304)) return `the answer redirects (${status}), which is not followed`;
  return `the answer is not the api's (status ${status}, ${contentType ?? 'no content type'})`;
}

/** The answer, or one line of it, is larger than the client reads. The rest was not read. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
  readonly operation: OperationName;

  constructor(operation: OperationName, what: 'answer' | 'line', limit: string) {
    super(`${operation}: the ${what} is larger than ${limit}, and was not read to its end; ask for less at once`);
    this.operation = operation;
  }
}

/** Every error of a call, except the reason of a signal that the caller aborts. */
export type CallError = ApiError | NoAnswer | ForeignAnswer | AnswerTooLarge;
