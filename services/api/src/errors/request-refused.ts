// How the code behind a route says no: thrown anywhere while a request is read, answered by the error handler.
// Refusals of the ledger itself come as values and are turned into this at the edge.
import { ERROR_CATALOGUE, type ErrorCode, type ProblemDetail } from '@confledger/contracts/http';
import type { CodedProblem } from '@confledger/document';
import type { LedgerRefusal } from '@confledger/domain';

/** A request that is answered with a code of the catalogue. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly code: ErrorCode;
  readonly details: readonly ProblemDetail[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, details: readonly ProblemDetail[] = [], headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

/** What one refused part of a request is: `path` names the member, parameter or header. */
export interface RefusedPart {
  readonly path: string | null;
  readonly rule: string;
  readonly message: string;
  /** Default: the catalogue's remedy for the code. */
  readonly remedy?: string | undefined;
}

/** A refusal with one detail, whose message is the answer's message too. */
export function refuse(code: ErrorCode, part: RefusedPart): RequestRefused {
  const { path, rule, message } = part;
  return new RequestRefused(code, message, [{ path, rule, message, remedy: part.remedy ?? ERROR_CATALOGUE[code].remedy }]);
}

/** A refusal by the rules of documents, paths or JSON. */
export function refuseProblem(problem: CodedProblem): RequestRefused {
  const { path, rule, message, remedy } = problem;
  return new RequestRefused(problem.code, message, [{ path, rule, message, remedy }]);
}

/** A refusal by the ledger. */
export function refuseByLedger(refusal: LedgerRefusal): RequestRefused {
  return new RequestRefused(refusal.code, refusal.message, refusal.details.map(problemDetail));
}

/** A problem without what only the domain needs. */
export function problemDetail({ path, rule, message, remedy }: ProblemDetail): ProblemDetail {
  return { path, rule, message, remedy };
}
