// TOML values without quotes: booleans, numbers, and what is refused: dates, infinities, other bases.
import { decimalValue, malformed, unsupported } from '../flaws.js';
import type { FormatFlaw } from '../problem.js';

/** All characters that such a value may have. A date may have a space before its time. */
export const LITERAL_CHARACTERS = /[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9:.]*(?:[-+][0-9:]+|[Zz])?|[\w.+:-]+/y;

const INTEGER = /^[-+]?(?:0|[1-9](?:_?[0-9])*)$/;
const FLOAT = /^[-+]?(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][-+]?[0-9](?:_?[0-9])*)?$/;
const OTHER_BASE = /^0(?:x[0-9a-fA-F](?:_?[0-9a-fA-F])*|o[0-7](?:_?[0-7])*|b[01](?:_?[01])*)$/;
const NOT_FINITE = /^[-+]?(?:inf|nan)$/;
const DATE = /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9].*)?|[0-9]{2}:[0-9]{2}(?::.*)?)$/;
const LEADING_ZERO = /^[-+]?0[0-9_]+/;

/** The value of a literal, or why it has none. */
export function tomlLiteral(literal: string): { readonly value: boolean | number } | FormatFlaw {
  if (literal === 'true' || literal === 'false') return { value: literal === 'true' };
  if (INTEGER.test(literal) || FLOAT.test(literal)) {
    const value = decimalValue(literal.replaceAll('_', ''));
    return typeof value === 'number' ? { value } : value;
  }
  if (DATE.test(literal)) return A_DATE;
  if (NOT_FINITE.test(literal)) return INFINITE;
  if (OTHER_BASE.test(literal)) return HEX_OR_OCTAL;
  return LEADING_ZERO.test(literal) ? ZERO_FIRST : NOT_A_VALUE;
}

const A_DATE = unsupported('date', 'A date or time stands here, and JSON has none.', 'Put it in quotes: dates are strings.');
const INFINITE = unsupported(
  'not-finite',
  'The number is infinite or NaN, which JSON does not have.',
  'Leave the name out, or put the value in quotes.',
);
const HEX_OR_OCTAL = unsupported(
  'other-base',
  'The number is hexadecimal, octal or binary: numbers are decimal.',
  'Write the number in decimal, or put it in quotes to make it text.',
);
const ZERO_FIRST = malformed(
  'leading-zero',
  'The number begins with 0.',
  'Write it without leading zeros, or put it in quotes to make it text.',
);
const NOT_A_VALUE = malformed('toml-syntax', 'What stands here is no value of TOML.', 'Put text in quotes.');
