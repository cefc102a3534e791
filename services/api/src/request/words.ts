// What a request may say in two ways: by two words for one thing, or in two places. It says it once, or the same twice.
import { RequestRefused } from '../errors/request-refused.js';

/** The path that a query names, as `path` or as `key`. Throws when it names none, or two. */
export function namedPath(query: { readonly key?: string | undefined; readonly path?: string | undefined }): string {
  const path = eitherWord('key', query.key, 'path', query.path);
  if (path !== undefined) return path;
  throw pathMissing('Name it as path=risk.limit, or as key=risk.limit.');
}

/** The refusal of a query that names no path. */
export function pathMissing(remedy: string): RequestRefused {
  return RequestRefused.of('QUERY_PARAMETER_MISSING', { path: 'path', rule: 'query-missing', message: 'No path is given', remedy });
}

/** What one of two words of the same meaning gives: those of the first contract of this API are taken too. Throws when they disagree. */
export function eitherWord<T>(word: string, value: T | undefined, other: string, otherValue: T | undefined): T | undefined {
  return agreed(value, otherValue, {
    path: word,
    message: `${word} and ${other} mean the same, and have different values`,
    remedy: `Leave one of ${word} and ${other} out.`,
  });
}

/** The value of an option that query and body may both give. Throws when they disagree. */
export function oneOf<T>(name: string, inQuery: T | undefined, inBody: T | undefined): T | undefined {
  return agreed(inQuery, inBody, { path: name, message: `Query and body give ${name} different values` });
}

function agreed<T>(one: T | undefined, other: T | undefined, conflict: Parameters<typeof RequestRefused.of>[1]): T | undefined {
  if (one === undefined) return other;
  if (other === undefined || other === one) return one;
  throw RequestRefused.of('OPTION_MISMATCH', { rule: 'option-agrees', ...conflict });
}
