// The strings of a leaf, taken apart: of a string itself, or of all strings inside an array.
import type { JsonValue } from '@confledger/document';
import { parseReferences, type Reference, type ReferenceText, type SyntaxFlaw } from './reference-syntax.js';

/** Every reference in a leaf, and the first flaw. */
export interface LeafReferences {
  readonly texts: readonly ReferenceText[];
  readonly references: readonly Reference[];
  readonly flaw: SyntaxFlaw | null;
}

export function referencesIn(value: JsonValue): LeafReferences {
  const texts: ReferenceText[] = [];
  let flaw: SyntaxFlaw | null = null;
  for (const text of stringsIn(value)) {
    const parsed = parseReferences(text);
    if (parsed.ok) texts.push(parsed.text);
    else flaw ??= parsed.flaw;
  }
  const references = texts.flatMap(({ parts }) => parts.filter((part) => typeof part === 'object'));
  return { texts, references, flaw };
}

/** Names of members inside an array are not searched. */
function* stringsIn(value: JsonValue): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* stringsIn(inner);
}
