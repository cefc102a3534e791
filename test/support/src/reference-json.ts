// JSON.parse as it ought to be: every string is spelt in hexadecimal before, so that no name has a backslash (see name-traps.ts). Slow, and
// as lenient as JSON.parse; what other parsers are compared with.

/** The value of a JSON text. Throws a SyntaxError where JSON.parse does. */
export function parseByReference(text: string): unknown {
  return JSON.parse(text.replaceAll(STRING, spell), revive);
}

// A string that is not well-formed stays as it is, for JSON.parse to refuse.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/g;

/** With a letter in front: names of digits alone would come first. */
const spell = (string: string): string => `"x${Buffer.from(JSON.parse(string) as string, 'utf16le').toString('hex')}"`;
const spelt = (text: string): string => Buffer.from(text.slice(1), 'hex').toString('utf16le');

function revive(_: string, json: unknown): unknown {
  if (typeof json === 'string') return spelt(json);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  return Object.fromEntries(Object.entries(json).map(([name, member]) => [spelt(name), member]));
}
