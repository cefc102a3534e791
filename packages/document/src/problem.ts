// One way to say what is wrong, where, and what to do instead, from the document up to the HTTP answer.

export interface Problem {
  /** The place in the document, or null when the problem has none. */
  readonly path: string | null;
  /** A stable lower-case dashed word, such as `duplicate-name`. */
  readonly rule: string;
  /** What is wrong and where, for a person. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** A value, or the reason why it cannot be had. Refusals are values; faults are exceptions. */
export type Result<T, F = Problem> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: F };

/** Codes of the error catalogue that this package may answer with. */
export type DocumentErrorCode =
  | 'JSON_MALFORMED'
  | 'JSON_TOO_DEEP'
  | 'JSON_DUPLICATE_NAME'
  | 'NUMBER_NOT_EXACT'
  | 'STRING_LONE_SURROGATE'
  | 'STRING_NUL'
  | 'NAME_FORBIDDEN'
  | 'PATH_EMPTY'
  | 'PATH_EMPTY_SEGMENT'
  | 'PATH_TOO_LONG'
  | 'PATH_TOO_DEEP'
  | 'PATH_BAD_ESCAPE'
  | 'PATH_CONTROL_CHARACTER'
  | 'VALUE_TOO_LARGE'
  | 'DOCUMENT_TOO_LARGE'
  | 'DOCUMENT_NOT_OBJECT'
  | 'PATH_BELOW_LEAF';

/** A problem with its code in the error catalogue. */
export interface CodedProblem extends Problem {
  readonly code: DocumentErrorCode;
}

/** What a string or name breaks, before it is known where it stands. */
export type Flaw = Omit<CodedProblem, 'path'>;

/** A programming fault: a change or an argument that the caller should have judged before. Never an answer to a user. */
export class DocumentFault extends Error {
  override readonly name = 'DocumentFault';
}

/** Text for a message: quoted, control characters visible, cut after 60 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
