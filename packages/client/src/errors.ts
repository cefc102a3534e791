// The errors of a call: a failure of the api, no answer, the answer of another server, or one that is too large.
import {
  ERROR_CATALOGUE,
  isErrorCode,
  type ErrorCode,
  type Failure,
  type OperationName,
  type ProblemDetail,
} from '@confledger/contracts/http';

/**
 * `nothing-changed`: the request only reads, was never sent, or was refused. `unknown`: a write was sent, and may have taken effect.
 */
export type Outcome = 'nothing-changed' | 'unknown';

/** One time that a request was sent. */
export interface Attempt {
  readonly operation: OperationName;
  /** Method and address, without the query. */
  readonly address: string;
  readonly idempotencyKey: string | null;
  /** Whether it may change something. */
  readonly isWrite: boolean;
  /** 1 for the first. */
  readonly count: number;
  /** What the attempt before it failed with. */
  readonly before: CallError | null;
}

/** Status and header of an answer that was refused. */
export interface Refused {
  readonly status: number;
  /** What `Retry-After` asks for; null where it asks for nothing. */
  readonly retryAfterMs: number | null;
}

/** What every error of a call says. */
abstract class FailedCall extends Error {
  readonly operation: OperationName;
  readonly outcome: Outcome;
  /** How often the request was sent. */
  readonly attempts: number;
  /** The key that the request was sent with; null for an operation that takes none. Sent again with it, the request is carried out once. */
  readonly idempotencyKey: string | null;
  /** What can be done about it. */
  abstract readonly remedy: string;

  constructor(attempt: Attempt, message: string, { isCertain, cause }: { readonly isCertain: boolean; readonly cause?: unknown }) {
    super(`${attempt.operation}: ${message}`, cause === undefined ? undefined : { cause });
    const mayBeDone = attempt.before?.outcome === 'unknown' || (attempt.isWrite && !isCertain);
    this.operation = attempt.operation;
    this.outcome = mayBeDone ? 'unknown' : 'nothing-changed';
    this.attempts = attempt.count;
    this.idempotencyKey = attempt.idempotencyKey;
  }
}

/** Failures with a status of 500 or more that promise that nothing was written. */
const NOTHING_WRITTEN: ReadonlySet<ErrorCode | 'UNKNOWN'> = new Set([
  'SERVER_BUSY',
  'EVENT_STORE_UNAVAILABLE',
  'LOG_SET_BACK',
  'STREAM_BROKEN',
  'STREAM_UNREADABLE',
  'SCHEMA_JUDGE_UNAVAILABLE',
] as const);

/** The api answered with a failure. */
export class ApiError extends FailedCall {
  override readonly name = 'ApiError';
  /** The code of the error catalogue. `UNKNOWN` where a newer api sends a code that this release lacks; `failure.code` has it. */
  readonly code: ErrorCode | 'UNKNOWN';
  readonly status: number;
  readonly retryAfterMs: number | null;
  /** Each problem with its path, rule, message and remedy. */
  readonly details: readonly ProblemDetail[];
  readonly remedy: string;
  readonly requestId: string;
  /** The whole answer. That of a batch has `operations`, with what became of each. */
  readonly failure: Failure;

  constructor(attempt: Attempt, { status, retryAfterMs }: Refused, failure: Failure) {
    const code = isErrorCode(failure.code) ? failure.code : 'UNKNOWN';
    super(attempt, failure.error, { isCertain: status < 500 || NOTHING_WRITTEN.has(code) });
    this.code = code;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.details = failure.details;
    this.remedy = failure.details[0]?.remedy ?? remedyOf(code);
    this.requestId = failure.requestId;
    this.failure = failure;
  }
}

function remedyOf(code: ErrorCode | 'UNKNOWN'): string {
  return code === 'UNKNOWN'
    ? 'Look the code up at /docs/errors of the api, which is newer than this client.'
    : ERROR_CATALOGUE[code].remedy;
}

/** No answer, or not in time. `outcome` says whether a write may still have taken effect. */
export class NoAnswer extends FailedCall {
  override readonly name = 'NoAnswer';
  readonly code = 'NO_ANSWER';
  readonly details: readonly ProblemDetail[] = [];
  readonly requestId = null;
  readonly why: 'network' | 'timeout';
  readonly remedy: string;

  /** `wasSent` is false where no connection came about. */
  constructor(attempt: Attempt, why: NoAnswer['why'], message: string, cause?: unknown, wasSent = true) {
    super(attempt, message, { isCertain: !wasSent, cause });
    this.why = why;
    this.remedy = againIf(this.outcome, this.idempotencyKey);
    this.message = `${this.message}${attempt.count === 1 ? '' : `, ${attempt.count} times`}. ${said(attempt, this.outcome)}`;
  }
}

function said({ isWrite }: Attempt, outcome: Outcome): string {
  if (outcome === 'unknown') return 'It may have taken effect.';
  return isWrite ? 'It was not sent, and nothing changed.' : 'It only reads.';
}

function againIf(outcome: Outcome, key: string | null): string {
  if (outcome === 'nothing-changed') return 'Check that the api runs and that `url` is its address, then call again.';
  return key === null
    ? 'Read what became of it before you call again.'
    : `Call again with the header \`idempotency-key\` ${key}: it is carried out once.`;
}

/** An answer as it came. */
export interface Answered extends Refused {
  /** As its header says. */
  readonly requestId: string | null;
  readonly contentType: string | null;
  /** Where a redirect leads: host and port. */
  readonly redirectsTo: string | null;
  readonly excerpt: string;
}

/** The answer is not one of a ConfLedger api, but of a proxy or another server. */
export class ForeignAnswer extends FailedCall {
  override readonly name = 'ForeignAnswer';
  readonly code = 'FOREIGN_ANSWER';
  readonly details: readonly ProblemDetail[] = [];
  readonly remedy: string;
  readonly requestId: string | null;
  /** HTTP status; 0 for a redirect in a browser, which hides it. */
  readonly status: number;
  readonly retryAfterMs: number | null;
  readonly contentType: string | null;
  /** Host and port that a redirect leads to; null for any other answer, and in a browser, which hides it. */
  readonly redirectsTo: string | null;
  /** How its text begins: 200 characters at most, without values of JSON and without credentials. */
  readonly excerpt: string;

  /** `fault`: what is wrong with it, where status and content type are right. */
  constructor(attempt: Attempt, answer: Answered, fault: string | null = null) {
    const isRefusal = isRedirect(answer) || (answer.status >= 400 && answer.status < 500);
    super(attempt, described(attempt, answer, fault), { isCertain: isRefusal });
    this.remedy = isRedirect(answer)
      ? 'Give the address that it leads to as `url`, if that is the api: the token is sent to `url` only.'
      : 'Check that `url` is the address of a ConfLedger api, and what stands between.';
    this.requestId = answer.requestId;
    this.status = answer.status;
    this.retryAfterMs = answer.retryAfterMs;
    this.contentType = answer.contentType;
    this.redirectsTo = answer.redirectsTo;
    this.excerpt = answer.excerpt;
  }
}

function isRedirect({ status }: Refused): boolean {
  return status === 0 || (status >= 300 && status < 400 && status !== 304);
}

function described({ address }: Attempt, answer: Answered, fault: string | null): string {
  const { status, contentType, redirectsTo, excerpt } = answer;
  if (isRedirect(answer))
    return `${address} redirects to ${redirectsTo ?? 'an address that is not shown'} (status ${status}), which is not followed`;
  const why = fault === null ? '' : `: ${fault}`;
  const begins = excerpt === '' ? '; it is empty' : `; it begins with ${JSON.stringify(excerpt)}`;
  return `the answer to ${address} is not the api's (status ${status}, ${contentType ?? 'no content type'})${why}${begins}`;
}

/** The answer, or one line or event of it, is larger than the client reads. The rest was not read. */
export class AnswerTooLarge extends FailedCall {
  override readonly name = 'AnswerTooLarge';
  readonly code = 'ANSWER_TOO_LARGE';
  readonly details: readonly ProblemDetail[] = [];
  readonly remedy = 'Ask for less at once.';
  readonly requestId = null;

  constructor(attempt: Attempt, what: 'answer' | 'line' | 'event', limit: string) {
    super(attempt, `the ${what} of ${attempt.address} is larger than ${limit}, and was not read to its end`, { isCertain: false });
  }
}

/** Every error of a call, except the reason of a signal that the caller aborts. `code` tells them apart, and is of the error catalogue where the api refused. */
export type CallError = ApiError | NoAnswer | ForeignAnswer | AnswerTooLarge;

/** Whether what was thrown is an error of a call. */
export function isCallError(error: unknown): error is CallError {
  return error instanceof FailedCall;
}
