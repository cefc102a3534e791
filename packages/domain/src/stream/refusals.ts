// Refusals are values in one form: a code, one sentence, and for each problem its place, rule and remedy.
import type { CodedProblem, DocumentErrorCode, Problem } from '@confledger/document';

/** Codes that a command to a stream of any kind may be refused with. The HTTP status is the api's business. */
export type StreamRefusalCode = DocumentErrorCode | 'IDEMPOTENCY_KEY_REUSED' | 'REASON_TOO_LONG' | 'VERSION_MOVED' | 'WRITE_CONFLICT';

export interface Refusal<Code extends string = string> {
  readonly code: Code;
  readonly message: string;
  /** What is wrong, where, and what to do; for a conflict: what changed since. */
  readonly details: readonly RefusalDetail[];
}

/** A problem; `operation` is the id of the batch operation that has it. */
export interface RefusalDetail extends Problem {
  readonly operation?: string;
  /** Of the schema that is violated; `''` is the root. */
  readonly mount?: string;
  /** JSON pointer into the schema, or into the array at `path`. */
  readonly pointer?: string;
}

/** A refusal with one problem. `path` names the field or the path that is wrong. */
export function refuse<Code extends string>(code: Code, path: string | null, message: string, remedy: string): Refusal<Code> {
  return { code, message, details: [problem(code, path, message, remedy)] };
}

/** A refusal whose details were gathered one by one. */
export function refuseWith<Code extends string>(code: Code, message: string, details: readonly RefusalDetail[]): Refusal<Code> {
  return { code, message, details };
}

/** A document's problem as a refusal. */
export function refusalOf({ code, path, rule, message, remedy }: CodedProblem): Refusal<DocumentErrorCode> {
  return { code, message, details: [{ path, rule, message, remedy }] };
}

/** The rule is the code in lower case: one word list for people and programs. */
export function problem(code: string, path: string | null, message: string, remedy: string): Problem {
  return { path, rule: code.toLowerCase().replaceAll('_', '-'), message, remedy };
}
