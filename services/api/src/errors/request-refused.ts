// How the code behind a route says no: thrown anywhere while a request is read, answered by the error handler.
// Refusals of the ledger itself come as values and are turned into this at the edge.
import { ERROR_CATALOGUE, type ErrorCode, type ProblemDetail } from '@confledger/contracts/http';
import type { CodedProblem } from '@confledger/document';
import type { EnvironmentsRefusal, LedgerRefusal } from '@confledger/domain';

/** What one refused part of a request is: `path` names the member, parameter or header. What is left out is the catalogue's. */
export interface RefusedPart {
  readonly path?: string | null;
  readonly rule?: string;
  readonly message?: string;
  readonly remedy?: string | undefined;
}

/** A request that is answered with a code of the catalogue. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
  readonly code: ErrorCode;
  readonly details: readonly ProblemDetail[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, details: readonly ProblemDetail[] = [], headers: Readonly<Record<string, string>> = {}) {
    super(sentence(message));
    this.code = code;
    this.details = details.map(detailOf);
    this.headers = headers;
  }

  /** A refusal with one detail, whose message is the answer's message too. */
  static of(code: ErrorCode, part: RefusedPart = {}): RequestRefused {
    const { meaning, remedy: usualRemedy } = ERROR_CATALOGUE[code];
    const { path = null, rule = code.toLowerCase().replaceAll('_', '-'), message = meaning, remedy = usualRemedy } = part;
    return new RequestRefused(code, message, [{ path, rule, message, remedy }]);
  }

  /** A refusal by a ledger, by the environments, or by the rules of documents, paths or JSON. */
  static from(refusal: LedgerRefusal | EnvironmentsRefusal | CodedProblem): RequestRefused {
    const details = 'details' in refusal ? refusal.details : [refusal];
    return new RequestRefused(refusal.code, refusal.message, details);
  }
}

/** Characters of a path that are shown; a path that is taken has fewer. */
const PATH_SHOWN_MAX = 1_000;

/** What people read ends as a sentence does. */
function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** A problem without what only the domain needs. */
export function detailOf({ path, rule, message, remedy, mount, pointer }: ProblemDetail): ProblemDetail {
  const detail = {
    path: path !== null && path.length > PATH_SHOWN_MAX ? `${path.slice(0, PATH_SHOWN_MAX)}…` : path,
    rule,
    message: sentence(message),
    remedy: sentence(remedy),
  };
  if (mount === undefined) return detail;
  return pointer === undefined ? Object.assign(detail, { mount }) : Object.assign(detail, { mount, pointer });
}
