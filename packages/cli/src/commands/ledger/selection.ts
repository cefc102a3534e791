// Which version the flags of a reading select.
import type { Given } from '../../grammar/given.js';

/** `version` and `at` of a query, where they were given. */
export function selectionOf(given: Given): { readonly version?: string; readonly at?: string } {
  const [version, at] = [given.text('version'), given.text('at')];
  return { ...(version === undefined ? {} : { version }), ...(at === undefined ? {} : { at }) };
}
