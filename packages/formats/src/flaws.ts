// What the readers of several formats refuse alike.
import {
  DOCUMENT_CHARACTERS_MAX,
  DOCUMENT_LEAVES_MAX,
  exactNumber,
  JSON_NESTING_MAX,
  nameFlaw,
  quoted,
  stringFlaw,
} from '@confledger/document/json-and-paths';
import { VALUES_MAX } from './limits.js';
import type { FormatFlaw, Problems } from './problem.js';
import type { Member } from './source-node.js';

/** Below this many characters a literal has fewer digits than a double may lose. */
const NEVER_EXACT_BY_LENGTH = 99;

/** The value of a decimal literal, or what a 64-bit float would make of it. `+1`, `.5` and `5.` are taken too. */
export function decimalValue(literal: string): number | FormatFlaw {
  const unsigned = literal.startsWith('+') ? literal.slice(1) : literal;
  const value = exactNumber(unsigned, NEVER_EXACT_BY_LENGTH, true);
  if (value === null) return inexact(Number(unsigned));
  return value === 0 && literal.startsWith('-') ? NEGATIVE_ZERO : value;
}

const NEGATIVE_ZERO: FormatFlaw = {
  code: 'NUMBER_NOT_EXACT',
  rule: 'negative-zero',
  message: 'The zero has a minus sign, which would be lost.',
  remedy: 'Write 0, or write it as a string.',
};

function inexact(kept: number): FormatFlaw {
  const fate = kept === 0 ? 'is too close to 0' : Number.isFinite(kept) ? 'would be rounded' : 'is too large';
  return {
    code: 'NUMBER_NOT_EXACT',
    rule: 'number-not-exact',
    message: `The number ${fate}: numbers are 64-bit floats.`,
    remedy: 'Write it as a string, or round it to 15 significant digits, which a 64-bit float always holds.',
  };
}

/** Notes what is wrong with a string: NUL, half a surrogate pair. Gives the string. */
export function judgedString(value: string, at: number, problems: Problems): string {
  const flaw = stringFlaw(value);
  if (flaw !== null) problems.add(at, flaw as FormatFlaw);
  return value;
}

/** Adds a member, unless its name is refused or stands there before. */
export function addMember(members: Map<string, Member>, name: string, member: Member, problems: Problems): void {
  const flaw = nameFlaw(name);
  if (flaw !== null) problems.add(member.nameStart, flaw as FormatFlaw);
  else if (members.has(name)) problems.add(member.nameStart, duplicateName(name));
  else members.set(name, member);
}

/** A name that stands there before. */
export function duplicateName(name: string): FormatFlaw {
  return {
    code: 'JSON_DUPLICATE_NAME',
    rule: 'duplicate-name',
    message: `The name ${quoted(name)} occurs twice in one object.`,
    remedy: 'Keep one of the two.',
  };
}

/** More than JSON_NESTING_MAX levels. */
export const TOO_DEEP: FormatFlaw = {
  code: 'JSON_TOO_DEEP',
  rule: 'json-too-deep',
  message: `Objects and arrays are nested more than ${JSON_NESTING_MAX} levels deep.`,
  remedy: 'Flatten the structure, or write the inner part as a string.',
};

/** More than VALUES_MAX values. */
export const TOO_MANY_VALUES: FormatFlaw = {
  code: 'DOCUMENT_TOO_LARGE',
  rule: 'too-many-values',
  message: `The text has more than ${VALUES_MAX} values, those inside arrays and behind aliases counted.`,
  remedy: 'Split it among several services, and write out what aliases repeat only where it is needed.',
};

/** More than DOCUMENT_LEAVES_MAX leaves. */
export const TOO_MANY_LEAVES: FormatFlaw = {
  code: 'DOCUMENT_TOO_LARGE',
  rule: 'too-many-leaves',
  message: `The document has more than ${DOCUMENT_LEAVES_MAX} leaves, those behind aliases counted.`,
  remedy: 'Split it among several services, or keep lists in arrays: an array is one leaf.',
};

/** More than DOCUMENT_CHARACTERS_MAX characters. */
export const TOO_MANY_CHARACTERS: FormatFlaw = {
  code: 'DOCUMENT_TOO_LARGE',
  rule: 'too-many-characters',
  message: `The document has more than ${DOCUMENT_CHARACTERS_MAX} characters of JSON, those behind aliases counted.`,
  remedy: 'Split it among several services.',
};

/** Nothing but white space. */
export const EMPTY_TEXT: FormatFlaw = {
  code: 'FORMAT_EMPTY',
  rule: 'empty-text',
  message: 'The text is empty.',
  remedy: 'Write a configuration. An empty one is written {} in YAML and JSON.',
};

/** Nothing but white space and comments. */
export const ONLY_COMMENTS: FormatFlaw = {
  code: 'FORMAT_EMPTY',
  rule: 'only-comments',
  message: 'The text holds comments only.',
  remedy: 'Write a configuration. An empty one is written {} in YAML and JSON.',
};

/** An array or a scalar at the top. */
export const NOT_OBJECT: FormatFlaw = {
  code: 'DOCUMENT_NOT_OBJECT',
  rule: 'not-an-object',
  message: 'The text is no object: a configuration has names and values.',
  remedy: 'Put the value under a name.',
};

/** A NUL that is written as itself. */
export const RAW_NUL: FormatFlaw = {
  code: 'STRING_NUL',
  rule: 'nul-character',
  message: 'The text holds a NUL (U+0000), which databases cannot keep.',
  remedy: 'Remove the NUL. A file with many of them is no text, or is encoded as UTF-16.',
};

/** Half of a surrogate pair that is written as itself. */
export const RAW_SURROGATE: FormatFlaw = {
  code: 'STRING_LONE_SURROGATE',
  rule: 'lone-surrogate',
  message: 'The text holds half of a surrogate pair, which no UTF-8 text can carry.',
  remedy: 'Write whole characters; encode binary data as base64.',
};

/** The text breaks the grammar of its format. */
export function malformed(rule: string, message: string, remedy: string): FormatFlaw {
  return { code: 'FORMAT_MALFORMED', rule, message, remedy };
}

/** The format allows it, and JSON has no equal. */
export function unsupported(rule: string, message: string, remedy: string): FormatFlaw {
  return { code: 'FORMAT_UNSUPPORTED', rule, message, remedy };
}
