// Paths in URLs: `…/{path}` as one segment, or `…/value?key=`. The words of the API itself are reached by the second only.
import { parsePath } from '@confledger/document';
import { RequestRefused } from '../errors/request-refused.js';

/** First segments of calls: not to be reached as a path in the URL. */
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
  'retire',
  'restore',
];

/** A path from the URL form `…/{path}`. */
export function pathInUrl(path: string): string {
  if (!RESERVED_WORDS.includes(path)) return path;
  throw RequestRefused.of('PATH_RESERVED', {
    path,
    rule: 'path-reserved',
    message: `${path} is a word of the API here`,
    remedy: `For a value of that name use …/value?key=${path}; for the call of that name see /docs for its method and parameters.`,
  });
}

/** A path that something is to be read at. */
export function readablePath(text: string): string {
  const parsed = parsePath(text);
  if (!parsed.ok) throw RequestRefused.from(parsed.problem);
  return text;
}
