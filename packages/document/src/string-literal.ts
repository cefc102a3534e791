// The values of JSON strings and of their escapes.

const SMALL_U = 117;
const HEX_DIGITS = /^[0-9a-fA-F]{4}$/;

/** By the code of the character behind a backslash. */
const ESCAPED: (string | undefined)[] = Array.from({ length: 128 }, () => undefined);
for (const character of ['"', '\\', '/']) ESCAPED[character.charCodeAt(0)] = character;
for (const [letter, character] of [
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
] as const)
  ESCAPED[letter.charCodeAt(0)] = character;

/** The character that an escape of two stands for; undefined for the code of any other character behind the backslash. */
export function escapedCharacter(code: number): string | undefined {
  return code < ESCAPED.length ? ESCAPED[code] : undefined;
}

/** Whether the backslash at `at` begins a \uXXXX. */
export function isUnicodeEscape(text: string, at: number): boolean {
  return text.charCodeAt(at + 1) === SMALL_U && HEX_DIGITS.test(text.slice(at + 2, at + 6));
}

/** The string between `start` and `end`, its quotes excluded, whatever its escapes. A copy: it keeps nothing of the text alive. */
export function copiedString(text: string, start: number, end: number): string {
  // oxlint-disable-next-line no-restricted-properties -- one string: only names of members are misread
  return JSON.parse(text.slice(start - 1, end + 1)) as string;
}
