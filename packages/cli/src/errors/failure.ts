// Turns any error of a command into an exit code and words: what is wrong, where, and what to type instead. Never a stack trace.
import { AnswerTooLarge, ApiError, ForeignAnswer, NoAnswer } from '@confledger/client';
import { OPERATIONS, type ProblemDetail } from '@confledger/contracts/http';
import { CliError } from './cli-error.js';
import { EXIT_OF } from './exit-of.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { REMEDIES } from './remedies.js';

/** What is reported: as text, or as one JSON object. */
export interface FailureReport {
  readonly code: string;
  /** A sentence; a hint may be added to it. */
  error: string;
  readonly details: readonly ProblemDetail[];
  readonly requestId: string | null;
  readonly exit: ExitCode;
  /** What to do; null where each of the details says it. */
  readonly remedy: string | null;
}

const NOTHING = { details: [], requestId: null } as const;

/** Errors of these codes of the operating system come before anything is sent. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

export function reportOf(error: unknown): FailureReport {
  if (error instanceof CliError)
    return { ...NOTHING, code: error.code, error: error.message, details: error.details, exit: error.exit, remedy: error.remedy };
  if (error instanceof ApiError) return ofApi(error);
  if (error instanceof NoAnswer) return ofNoAnswer(error);
  if (error instanceof ForeignAnswer)
    return {
      ...NOTHING,
      ...{ code: 'FOREIGN_ANSWER', error: withoutOperation(error), exit: isGateway(error.status) ? EXIT.unreachable : EXIT.refused },
      remedy: 'Check the address: `confledger context show` says where it came from.',
    };
  if (error instanceof AnswerTooLarge)
    return {
      ...NOTHING,
      code: 'ANSWER_TOO_LARGE',
      error: withoutOperation(error),
      exit: EXIT.refused,
      remedy: 'Ask for a part: a path, or --limit.',
    };
  return {
    ...NOTHING,
    code: 'INTERNAL_FAULT',
    error: `A fault of this program: ${error instanceof Error ? error.message : String(error)}`,
    exit: EXIT.refused,
    remedy: 'Please report it, with the command.',
  };
}

function ofApi(error: ApiError): FailureReport {
  const { code, failure, status, details, requestId } = error;
  const exit = code === 'UNKNOWN' ? exitOfStatus(status) : EXIT_OF[code];
  const remedy = code === 'UNKNOWN' ? null : (REMEDIES[code] ?? null);
  return { code: failure.code, error: failure.error, details, requestId: requestId === '' ? null : requestId, exit, remedy };
}

/** Of a code that this release does not know. */
function exitOfStatus(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.notPermitted;
  if (status === 404) return EXIT.notFound;
  if (status === 409 || status === 412) return EXIT.conflict;
  return status === 429 || status === 503 ? EXIT.unreachable : EXIT.refused;
}

function ofNoAnswer(error: NoAnswer): FailureReport {
  const { operation } = error;
  const isRead = OPERATIONS[operation].method === 'GET' || OPERATIONS[operation].access === 'read' || operation === 'verify';
  const base = { ...NOTHING, error: withoutOperation(error), exit: EXIT.unreachable };
  if (isRead || isUnsent(error))
    return { ...base, code: 'UNREACHABLE', remedy: 'Nothing was written. Check that the server runs and can be reached.' };
  return {
    ...base,
    code: 'OUTCOME_UNKNOWN',
    error: `The outcome is not known: ${base.error}`,
    remedy: 'It may have been written. Look before you repeat it: confledger versions',
  };
}

function isUnsent({ cause }: NoAnswer): boolean {
  const inner = cause instanceof Error ? cause.cause : undefined;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : '';
  return NOT_SENT.has(code);
}

const isGateway = (status: number): boolean => status === 502 || status === 503 || status === 504;

/** The client's messages begin with the name of the operation, which a person did not type. */
function withoutOperation({ operation, message }: NoAnswer | ForeignAnswer | AnswerTooLarge): string {
  const prefix = `${operation}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}
