// Values in lists and in `changes`: whole up to 4 KiB, above that as digest and size, so that a page has a bounded size.
import { canonicalJson, leafDigest, type Difference, type JsonValue } from '@confledger/document';
import type { Change, ShownValue } from '@confledger/contracts/http';

/** The largest value shown whole in a list, in bytes of its canonical JSON. */
export const SHOWN_VALUE_BYTES_MAX = 4 * 1024;

/** How many changes a write names; `changeCount` is exact. */
export const SHOWN_CHANGES_MAX = 100;

/** A value as a list shows it. */
export function showValue(value: JsonValue): ShownValue {
  if (isPlainlySmall(value)) return value;
  const bytes = Buffer.byteLength(canonicalJson(value), 'utf8');
  return bytes <= SHOWN_VALUE_BYTES_MAX ? value : { digest: Buffer.from(leafDigest(value)).toString('hex'), bytes };
}

/** A difference as a list shows it. */
export function showChange(difference: Difference): Change {
  return { path: difference.path, ...showBeforeAndAfter(difference) };
}

/** The two values of anything that has them; an absent one stays absent. */
export function showBeforeAndAfter(values: { readonly before?: JsonValue; readonly after?: JsonValue }): {
  before?: ShownValue;
  after?: ShownValue;
} {
  const shown: { before?: ShownValue; after?: ShownValue } = {};
  if (values.before !== undefined) shown.before = showValue(values.before);
  if (values.after !== undefined) shown.after = showValue(values.after);
  return shown;
}

// Six bytes a character is the most that JSON needs: what is this short need not be measured.
function isPlainlySmall(value: JsonValue): boolean {
  if (typeof value === 'string') return value.length * 6 + 2 <= SHOWN_VALUE_BYTES_MAX;
  return typeof value !== 'object' || value === null;
}
