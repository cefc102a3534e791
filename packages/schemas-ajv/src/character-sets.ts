// Sets of characters that ECMA-262 gives names to, as ranges of code points.

/** Inclusive ranges of code points, ascending. */
export type Ranges = readonly (readonly [number, number])[];

/** The highest code point. */
export const CODE_POINT_MAX = 0x10ffff;

const DIGITS: Ranges = [[0x30, 0x39]];

const WORD: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];

/** WhiteSpace and LineTerminator of ECMA-262. */
const SPACE: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];

const CLASS_ESCAPES: ReadonlyMap<string, Ranges> = new Map([
  ['d', DIGITS],
  ['D', complement(DIGITS)],
  ['s', SPACE],
  ['S', complement(SPACE)],
  ['w', WORD],
  ['W', complement(WORD)],
]);

/** The set that a backslash and this letter stand for. */
export function classEscape(letter: string): Ranges | undefined {
  return CLASS_ESCAPES.get(letter);
}

/** Letters that stand for a control character behind a backslash. */
export const SIMPLE_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['t', 0x09],
  ['n', 0x0a],
  ['v', 0x0b],
  ['f', 0x0c],
  ['r', 0x0d],
]);

/** Whether the character means something in a pattern, so that a backslash before it makes it mean itself. */
export function isSyntaxCharacter(character: string): boolean {
  return '^$\\.*+?()[]{}|/'.includes(character);
}

function complement(ranges: Ranges): Ranges {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [from, to] of ranges) {
    if (from > next) gaps.push([next, from - 1]);
    next = to + 1;
  }
  gaps.push([next, CODE_POINT_MAX]);
  return gaps;
}
