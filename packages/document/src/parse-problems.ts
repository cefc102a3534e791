// What the parser says when it refuses a text: what is wrong, at which line and column, and what to send instead. A value may be a secret:
// no message holds a piece of one. Names are quoted.
import { quoted, type Flaw } from './problem.js';

/** The marks of JSON, of comments, of other notations of strings, and of assignments. */
const JSON_MARK = /^[{}[\]:,"'`/#;=+.()<>-]$/;

/** `line 3, column 14`, both counted from 1, columns in UTF-16 code units. */
export function lineAndColumn(text: string, at: number): string {
  let line = 1;
  let lineStart = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', lineStart)) {
    line++;
    lineStart = end + 1;
  }
  return `line ${line}, column ${at - lineStart + 1}`;
}

/** The flaw of a string or name, with the line and column of its opening quote. */
export function located(flaw: Flaw, text: string, at: number): Flaw {
  return { ...flaw, message: `${flaw.message} It begins at ${lineAndColumn(text, at)}.` };
}

function malformed(text: string, at: number, problem: { rule: string; what: string; remedy: string }): Flaw {
  const { rule, what, remedy } = problem;
  return { code: 'JSON_MALFORMED', rule, message: `${what} at ${lineAndColumn(text, at)}.`, remedy };
}

export function byteOrderMark(text: string): Flaw {
  const what = 'The text begins with a byte order mark';
  return malformed(text, 0, { rule: 'byte-order-mark', what, remedy: 'Send UTF-8 without a byte order mark.' });
}

export function trailingComma(text: string, at: number): Flaw {
  const what = 'A comma stands before the closing bracket';
  return malformed(text, at, { rule: 'trailing-comma', what, remedy: 'Remove the last comma.' });
}

export function badEscape(text: string, at: number): Flaw {
  const what = 'A backslash in a string begins no JSON escape';
  const remedy = 'Write \\\\ for a backslash, \\uXXXX with four hex digits for a character.';
  return malformed(text, at, { rule: 'bad-escape', what, remedy });
}

/** The character at `at` is not what JSON wants there; the usual mistakes get a remedy of their own. */
export function unexpected(text: string, at: number, wanted: string): Flaw {
  const what = `${wanted[0]?.toUpperCase()}${wanted.slice(1)} is expected, but ${found(text, at)}`;
  return malformed(text, at, { rule: 'json-syntax', what, remedy: usualRemedy(text, at) });
}

/** What stands at `at`: a mark of JSON, or of what is often taken for it, as it is; of anything else its kind, as it may belong to a value. */
function found(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (at >= text.length) return 'the text ends';
  if (JSON_MARK.test(character)) return `${quoted(character)} stands`;
  if (/\p{L}/u.test(character)) return 'a letter stands';
  return /\p{Nd}/u.test(character) ? 'a digit stands' : 'another character stands';
}

function usualRemedy(text: string, at: number): string {
  if (at >= text.length) return 'Send the whole text: something is still open, or nothing was sent.';
  if (text[at] === "'") return 'Write strings and names in double quotes.';
  if (text[at] === '/' || text[at] === '#') return 'Remove the comment, or send the text as application/jsonc: JSON has none.';
  if (/^(?:NaN|[+-]?Infinity|undefined)/.test(text.slice(at, at + 10))) return 'Send null, or a string: JSON has no such word.';
  if (/\p{L}/u.test(text[at] ?? '')) return 'Put text in double quotes, and write a double quote inside it as \\".';
  return 'Check the text with a JSON validator.';
}

export function badCharacter(text: string, at: number): Flaw {
  if (at >= text.length) {
    return malformed(text, at, { rule: 'json-syntax', what: 'A string is not closed', remedy: 'Close it with a double quote.' });
  }
  const escape = `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`;
  const what = 'A string holds a raw control character';
  return malformed(text, at, { rule: 'raw-control-character', what, remedy: `Write it as an escape: ${escape}.` });
}

export function badNumber(text: string, at: number): Flaw {
  const what = 'A number is not written as JSON writes numbers';
  return malformed(text, at, { rule: 'bad-number', what, remedy: 'Write digits without leading zeros, such as 0.5, -12 or 1e6.' });
}

export function duplicateName(text: string, at: number, name: string): Flaw {
  return {
    code: 'JSON_DUPLICATE_NAME',
    rule: 'duplicate-name',
    message: `The name ${quoted(name)} occurs twice in one object (${lineAndColumn(text, at)}).`,
    remedy: 'Keep one of the two.',
  };
}

export function inexactNumber(text: string, at: number, literal: string): Flaw {
  const { what, remedy } = fate(Number(literal));
  return {
    code: 'NUMBER_NOT_EXACT',
    rule: 'number-not-exact',
    message: `The number of ${literal.length} characters at ${lineAndColumn(text, at)} ${what}: numbers are 64-bit floats.`,
    remedy,
  };
}

/** A zero with a minus sign, however it is written: -0, -0.0, -0e5. */
export function negativeZero(text: string, at: number): Flaw {
  return {
    code: 'NUMBER_NOT_EXACT',
    rule: 'negative-zero',
    message: `The zero at ${lineAndColumn(text, at)} has a minus sign, which would be lost: numbers are stored in the form of RFC 8785.`,
    remedy: 'Send 0, or send it as a string.',
  };
}

function fate(kept: number): { readonly what: string; readonly remedy: string } {
  if (kept === 0) return { what: 'is too close to 0', remedy: 'Send it as a string, or send 0.' };
  if (!Number.isFinite(kept)) return { what: 'is too large', remedy: 'Send it as a string.' };
  return {
    what: 'would be rounded',
    remedy: 'Send it as a string, or round it to 15 significant digits, which a 64-bit float always holds.',
  };
}

export function tooDeep(text: string, at: number, depthMax: number): Flaw {
  return {
    code: 'JSON_TOO_DEEP',
    rule: 'json-too-deep',
    message: `Objects and arrays are nested more than ${depthMax} levels deep (${lineAndColumn(text, at)}).`,
    remedy: 'Flatten the structure, or send the inner part as a string.',
  };
}

/** A document with more leaves than allowed. */
export function tooManyLeaves(max: number): Flaw {
  return {
    code: 'DOCUMENT_TOO_LARGE',
    rule: 'too-many-leaves',
    message: `The document has more than ${max} leaves.`,
    remedy: 'Split it among several services, or keep lists in arrays: an array is one leaf.',
  };
}

export function tooManyValues(max: number): Flaw {
  const message = `The text has more than ${max} values, those inside arrays counted.`;
  return { code: 'DOCUMENT_TOO_LARGE', rule: 'too-many-values', message, remedy: 'Split it among several requests or services.' };
}
