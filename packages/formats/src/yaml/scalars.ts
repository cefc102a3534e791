// What a YAML text without quotes means: the core schema of YAML 1.2, less what would surprise. `NO`, `yes`, `on` and dates are strings.
// `1e3` is the number 1000, as its value survives. `0x10` and `0o17` are refused, and so is `010`, which is 8 to YAML 1.1 and 10 to 1.2.
import { decimalValue, unsupported } from '../flaws.js';
import type { FormatFlaw } from '../problem.js';

const NULL = /^(?:null|Null|NULL|~|)$/;
const TRUE = /^(?:true|True|TRUE)$/;
const FALSE = /^(?:false|False|FALSE)$/;
const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const LEADING_ZERO = /^[-+]?0[0-9]/;
const OTHER_BASE = /^[-+]?0(?:x[0-9a-fA-F]+|o[0-7]+)$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** The value of a plain scalar, or why it has none. */
export function plainScalar(text: string): { readonly value: null | boolean | number | string } | FormatFlaw {
  if (NULL.test(text)) return { value: null };
  if (TRUE.test(text)) return { value: true };
  if (FALSE.test(text)) return { value: false };
  if (OTHER_BASE.test(text)) return HEX_OR_OCTAL;
  if (NOT_FINITE.test(text)) return INFINITE;
  if (!DECIMAL.test(text)) return { value: text };
  if (LEADING_ZERO.test(text)) return ZERO_FIRST;
  const value = decimalValue(text);
  return typeof value === 'number' ? { value } : value;
}

const HEX_OR_OCTAL = unsupported(
  'other-base',
  'The number is hexadecimal or octal: numbers are decimal.',
  'Write the number in decimal, or put it in quotes to make it text.',
);

const INFINITE = unsupported(
  'not-finite',
  'The number is infinite or NaN, which JSON does not have.',
  'Write null, or put it in quotes to make it text.',
);

const ZERO_FIRST = unsupported(
  'leading-zero',
  'The number begins with 0: readers of YAML take it for octal or for decimal.',
  'Write it without leading zeros, or put it in quotes to make it text.',
);
