// What the JSON parser may be told: where it stops, and what it does with a negative zero.
import { JSON_NESTING_CEILING, JSON_NESTING_MAX } from './limits.js';

export interface ParseOptions {
  /** Levels of nesting; honoured up to JSON_NESTING_CEILING. */
  readonly maxDepth?: number;
  /** Most values outside of arrays that are no objects, an array being one of them. No limit, unless given. */
  readonly leavesMax?: number;
  /** Most values of any kind. No limit, unless given. */
  readonly valuesMax?: number;
  /** What becomes of -0, whose sign no store keeps. Refused, unless given; texts that were stored before are read with 0 in its place. */
  readonly negativeZero?: 'refused' | 'read';
}

/** The options with what is left out filled in. */
export function limitsOf({
  maxDepth = JSON_NESTING_MAX,
  leavesMax = Infinity,
  valuesMax = Infinity,
  negativeZero = 'refused',
}: ParseOptions): Required<ParseOptions> {
  return { maxDepth: Math.min(maxDepth, JSON_NESTING_CEILING), leavesMax, valuesMax, negativeZero };
}
