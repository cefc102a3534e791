// Whether a value holds a reference: `${` that is not written as the literal `$${`.
import type { JsonValue } from './json.js';

const MARK = '${';
const LITERAL = '$${';

/** Whether a string, or one inside an array at any depth, holds a reference, well-formed or not. Names of members do not count. */
export function holdsReference(value: JsonValue): boolean {
  if (typeof value === 'string') return isMarked(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsReference);
}

function isMarked(text: string): boolean {
  let from = 0;
  for (let mark = text.indexOf(MARK); mark >= 0; mark = text.indexOf(MARK, from)) {
    const isLiteral = mark > from && text.startsWith(LITERAL, mark - 1);
    if (!isLiteral) return true;
    from = mark + MARK.length;
  }
  return false;
}
