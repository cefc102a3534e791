// The beginning of an answer that is not the api's, to be shown in an error: enough to recognise the server, and no secret.

/** Longest excerpt of a foreign answer in an error, in characters. */
export const EXCERPT_CHARACTERS_MAX = 200;

/** Characters that are looked at: what is left out of them makes room for more. */
const LOOKED_AT_CHARACTERS_MAX = 2_000;

/** Text that is not shown. */
const LEFT_OUT = '…';

/** A string of JSON, also one that is cut off, with the colon that makes it a name. */
const JSON_STRING = /"(?:[^"\\]|\\.)*(?:"(\s*:)?|\\?$)/gs;
const JSON_NUMBER = /-?\d[\d.eE+-]*/g;

/** What may be a token, a key or a password beside its name. */
const CREDENTIAL = /\b(bearer|basic|token|key|secret|password|cookie|session)\b(["'\s:=]+)\S+/gi;
/** A run of letters and digits that is longer than words are. */
const LONG_RUN = /[\w+/=.~-]{24,}/g;

/** Of JSON the names of members alone, of any other text what is no credential. `token` is the caller's. */
export function excerptOf(text: string, token: string | null): string {
  const begun = text.slice(0, LOOKED_AT_CHARACTERS_MAX);
  const plain = token === null || token === '' ? begun : begun.replaceAll(token, LEFT_OUT);
  const shown = /^\s*[[{"]/.test(plain) ? namesOf(plain) : plain.replaceAll(CREDENTIAL, `$1$2${LEFT_OUT}`);
  return shown.replaceAll(LONG_RUN, LEFT_OUT).replaceAll(/\s+/g, ' ').trim().slice(0, EXCERPT_CHARACTERS_MAX);
}

function namesOf(json: string): string {
  const strings: string[] = [];
  const without = json.replaceAll(JSON_STRING, (text: string, colon: string | undefined) => {
    strings.push(colon === undefined ? `"${LEFT_OUT}"` : text);
    return '\u0000';
  });
  return without.replaceAll(JSON_NUMBER, LEFT_OUT).replaceAll('\u0000', () => strings.shift() ?? '');
}
