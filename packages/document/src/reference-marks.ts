// Whether a value holds a reference, `${…}`. What a reference may say, and what it resolves to, is not decided here.
import type { JsonValue } from './json.js';

const MARK = '${';
/** Stands for the text `${`. */
const LITERAL = '$${';

/** Whether a string in the value, at any depth, holds a `${` that is not written `$${`. Names of members are not searched. */
export function holdsReference(value: JsonValue): boolean {
  if (typeof value === 'string') return textHoldsReference(value);
  if (typeof value !== 'object' || value === null) return false;
  const inner: readonly JsonValue[] = Array.isArray(value) ? value : Object.values(value);
  return inner.some(holdsReference);
}

/** Read from left to right: a literal consumes its three characters, so that `$${${x}` holds a reference and `$$${x}` does not. */
function textHoldsReference(text: string): boolean {
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at)) {
    if (text.startsWith(LITERAL, at)) at += LITERAL.length;
    else if (text.startsWith(MARK, at)) return true;
    else at += 1;
  }
  return false;
}
