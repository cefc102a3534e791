// How large the patterns of a schema are, found out without compiling them.
import { isJsonObject } from '@confledger/document';
import { patternSize } from './patterns.js';
import type { SchemaNode, SchemaTree } from './schema-tree.js';

/** The engine matches a pattern up to this size by a table, whatever the text; a larger one step by step. */
export const PATTERN_BY_TABLE_SIZE_MAX = 100;

/** Steps of the patterns of a whole schema document, written out: what compiling them costs. */
export function patternSteps({ nodes }: SchemaTree): number {
  let sum = 0;
  for (const node of nodes.values()) for (const source of patternsOf(node)) sum += patternSize(source);
  return sum;
}

/** Steps of each pattern that stands in one schema. */
export const patternSizes = (node: SchemaNode): readonly number[] => patternsOf(node).map(patternSize);

/** The patterns that one schema matches texts or names by. */
export function patternsOf({ schema }: SchemaNode): readonly string[] {
  if (typeof schema === 'boolean') return [];
  const { pattern, patternProperties } = schema;
  const names = patternProperties !== undefined && isJsonObject(patternProperties) ? Object.keys(patternProperties) : [];
  return typeof pattern === 'string' ? [...names, pattern] : names;
}
