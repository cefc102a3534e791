// What is wrong with a text: a code, the rule, a remedy, and the place. No message holds a value, which may be a secret; names are quoted.
import type { DocumentErrorCode } from '@confledger/document/json-and-paths';
import { PROBLEMS_MAX } from './limits.js';
import type { Lines } from './lines.js';

/** Codes of this package, beside those of the document. */
export type FormatErrorCode =
  /** The bytes are not UTF-8. */
  | 'FORMAT_ENCODING'
  /** The text is larger than TEXT_BYTES_MAX. */
  | 'FORMAT_TOO_LARGE'
  /** Nothing stands in the text, or comments only. */
  | 'FORMAT_EMPTY'
  /** The text breaks the grammar of its format. */
  | 'FORMAT_MALFORMED'
  /** The format allows it, and JSON has no equal: a tag, a date, an infinity, a second document. */
  | 'FORMAT_UNSUPPORTED'
  /** The format has no notation for a value. */
  | 'CANNOT_CARRY'
  /** A text cannot be changed to a value without losing what a person wrote. */
  | 'CANNOT_KEEP';

/** A code of this package, or of the document where its rules are broken. */
export type FormatCode = FormatErrorCode | Exclude<DocumentErrorCode, `PATH_${string}` | 'VALUE_TOO_LARGE'>;

/** What is wrong, before it is known where. */
export interface FormatFlaw {
  readonly code: FormatCode;
  /** A stable lower-case dashed word, such as `merge-key`. */
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
}

/** One thing that is wrong with a text. */
export interface FormatProblem extends FormatFlaw {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** Leaves a reader that cannot go on. Never leaves this package. */
export class ReadingStopped extends Error {
  override readonly name = 'ReadingStopped';
}

/** The problems of one text, as they are found. */
export class Problems {
  private readonly found: { readonly at: number; readonly flaw: FormatFlaw }[] = [];

  get any(): boolean {
    return this.found.length > 0;
  }

  /** Notes a problem at an offset; the reader goes on, up to PROBLEMS_MAX. */
  add(at: number, flaw: FormatFlaw): void {
    this.found.push({ at, flaw });
    if (this.found.length >= PROBLEMS_MAX) throw new ReadingStopped();
  }

  /** Notes a problem behind which nothing can be read. */
  stop(at: number, flaw: FormatFlaw): never {
    this.add(at, flaw);
    throw new ReadingStopped();
  }

  /** All of them in the order of the text. */
  list(lines: Lines): readonly FormatProblem[] {
    const sorted = [...this.found].sort((a, b) => a.at - b.at);
    return sorted.map(({ at, flaw }) => ({ ...flaw, ...lines.position(at) }));
  }
}
