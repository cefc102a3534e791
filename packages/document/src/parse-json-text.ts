// Reads JSON that was written before: stored events, rows, feed records, files. JSON.parse of V8 12.8 to 14.6 may take a name that is written
// with a backslash for another one that it read earlier (nodejs/node#63785), so what has a backslash goes to the strict parser.
import { TEXT_NESTING_MAX } from './limits.js';
import { parseJson } from './parse-json.js';

/**
 * The value of a JSON text, to be used where JSON.parse would be. Throws a SyntaxError for what is not JSON and, in a text with a
 * backslash, for what the strict parser refuses too: a name twice, a number that a double does not keep, NUL, half a surrogate pair, a
 * forbidden name, more than TEXT_NESTING_MAX levels. Canonical JSON of legal documents has none of these.
 */
export function parseJsonText(text: string): unknown {
  // Names without a backslash are compared whole, and read rightly by every release; JSON.parse is up to twice as quick.
  // oxlint-disable-next-line no-restricted-properties -- the one place: the text has no backslash
  if (!text.includes('\\')) return JSON.parse(text);
  const parsed = parseJson(text, { maxDepth: TEXT_NESTING_MAX, negativeZero: 'read' });
  if (parsed.ok) return parsed.value;
  throw new SyntaxError(parsed.problem.message);
}
