// Two words for one thing: `path` is also taken as `key`, and `reason` as `changeReason`, as the first contract of this API has them.
import { RequestRefused } from '../errors/request-refused.js';

/** The path that a query names. Throws when it names none, or two. */
export function namedPath(query: { readonly key?: string | undefined; readonly path?: string | undefined }): string {
  const path = eitherWord('key', query.key, 'path', query.path);
  if (path !== undefined) return path;
  throw RequestRefused.of('QUERY_PARAMETER_MISSING', {
    path: 'path',
    rule: 'query-missing',
    message: 'No path is given',
    remedy: 'Name it as path=risk.limit, or as key=risk.limit.',
  });
}

/** What one of two words of the same meaning gives. Throws OPTION_MISMATCH when they give different values. */
export function eitherWord<T>(word: string, value: T | undefined, other: string, otherValue: T | undefined): T | undefined {
  if (value === undefined) return otherValue;
  if (otherValue === undefined || otherValue === value) return value;
  throw RequestRefused.of('OPTION_MISMATCH', {
    path: word,
    rule: 'option-agrees',
    message: `${word} and ${other} mean the same, and have different values`,
    remedy: `Leave one of ${word} and ${other} out.`,
  });
}
