// What the text of a variable or a file becomes where a reference asks for a type.
import { parseJson, type JsonValue } from '@confledger/document/json-and-paths';

export const REFERENCE_TYPES = ['number', 'boolean', 'json'] as const;
export type ReferenceType = (typeof REFERENCE_TYPES)[number];

/** The value; undefined where the text is none of that type. White space around it does not count. */
export function convertText(text: string, type: ReferenceType): JsonValue | undefined {
  const trimmed = text.trim();
  if (type === 'boolean') return trimmed === 'true' ? true : trimmed === 'false' ? false : undefined;
  const parsed = parseJson(trimmed);
  if (!parsed.ok) return undefined;
  const isWanted = type === 'json' || typeof parsed.value === 'number';
  return isWanted ? parsed.value : undefined;
}

/** How a scalar stands in a text beside others; undefined for what has no place there. */
export function textOfScalar(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  // As RFC 8785 writes numbers.
  return typeof value === 'number' || typeof value === 'boolean' ? JSON.stringify(value) : undefined;
}
