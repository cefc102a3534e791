// Paths in URLs: `…/{path}` as one segment, or `…/value?key=`. The words of the API itself are reached by the second only.
import { OPERATION_NAMES, OPERATIONS } from '@confledger/contracts/http';
import { parsePath } from '@confledger/document';
import { RequestRefused } from '../errors/request-refused.js';

/** In the operations table, what stands before a path in a URL. */
const LEDGER_ADDRESS = '/configurations/{service}/';
/** Calls that a refusal names. */
const CALLS_SHOWN_MAX = 4;

/**
 * Whole segments that are no path in a URL: words of calls that there are, and of calls to come. A word that is reserved later would make a
 * value of that name unreachable at its address. Dotted paths such as `flags.x` are no words, and `…/value?key=` reaches every path.
 */
export const RESERVED_WORDS: readonly string[] = [
  'batch',
  'value',
  'versions',
  'diff',
  'history',
  'schema',
  'validate',
  'effective',
  'explain',
  'environments',
  'activations',
  'promote',
  'retire',
  'restore',
  'import',
  'export',
  'template',
  'migrate',
  'proposals',
  'reveal',
  'erase',
  'rollouts',
  'expiries',
  'usage',
  'flags',
  'locks',
  'series',
  'discard',
  'verdicts',
  'seal',
  'receipt',
  'migrations',
  'activate',
  'rollback',
];

const RESERVED: ReadonlySet<string> = new Set(RESERVED_WORDS);

/** Whether a segment of a URL, decoded, is a word of the API where a path could stand. */
export function isReservedWord(segment: string): boolean {
  return RESERVED.has(segment);
}

/** A path from the URL form `…/{path}`. */
export function pathInUrl(path: string): string {
  if (!isReservedWord(path)) return path;
  throw RequestRefused.of('PATH_RESERVED', {
    path,
    rule: 'path-reserved',
    message: `${path} is a word of the API here`,
    remedy: `For a value of that name use …/value?key=${path}. ${callsText(path)}`,
  });
}

/** Which calls about a ledger have the word in their address, in a sentence. */
export function callsText(word: string): string {
  const calls = OPERATION_NAMES.map((name) => OPERATIONS[name])
    .filter(({ path }) => path.startsWith(LEDGER_ADDRESS) && path.split('/').includes(word))
    .map(({ method, path }) => `${method} …/${path.slice(LEDGER_ADDRESS.length)}`);
  if (calls.length === 0) return 'There is no call of that name yet: the word is kept for one.';
  const more = calls.length > CALLS_SHOWN_MAX ? ', and others at /docs' : '';
  return `The calls with that word are ${calls.slice(0, CALLS_SHOWN_MAX).join(', ')}${more}.`;
}

/** A path that something is to be read at. */
export function readablePath(text: string): string {
  const parsed = parsePath(text);
  if (!parsed.ok) throw RequestRefused.from(parsed.problem);
  return text;
}
