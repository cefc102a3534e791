// How large a schema may be. Counted without recursion, because a schema that nests too deep must be counted too.
import { canonicalJson, isJsonObject, JSON_NESTING_MAX, type JsonValue } from '@confledger/document';
import type { SchemaDocument, SchemaProblem } from '@confledger/domain';
import { patternSteps } from './pattern-steps.js';
import { problem } from './problems.js';
import { schemaTree, type SchemaTree } from './schema-tree.js';

/** Most schemas in one document, the document itself included. */
export const SCHEMA_NODES_MAX = 2_000;
/** Most bytes of canonical JSON. */
export const SCHEMA_BYTES_MAX = 64 * 1024;

/** How many schemas stand in the document, itself included, whether or not a reference leads to them. */
export function schemaNodes(document: SchemaDocument): number {
  return schemaTree(document).nodes.size;
}

/** What is too large about a schema; undefined when nothing is. */
export function sizeProblem(document: SchemaDocument): SchemaProblem | undefined {
  const { schema } = document;
  if (nestsTooDeep(schema)) {
    return tooLarge(`The schema nests deeper than ${JSON_NESTING_MAX} levels.`, 'Move inner schemas to definitions and refer to them.');
  }
  const bytes = Buffer.byteLength(canonicalJson(schema));
  if (bytes > SCHEMA_BYTES_MAX) {
    return tooLarge(`The schema has ${bytes} bytes of canonical JSON; ${SCHEMA_BYTES_MAX} are allowed.`, SPLIT_REMEDY);
  }
  const nodes = schemaNodes(document);
  if (nodes > SCHEMA_NODES_MAX) return tooLarge(`The schema consists of ${nodes} schemas; ${SCHEMA_NODES_MAX} are allowed.`, SPLIT_REMEDY);
  return undefined;
}

/** Largest sum of the sizes of its patterns, written out: compiling them takes 50 ms then. */
export const PATTERN_SIZES_MAX = 10_000;

/** The refusal of a schema whose patterns are small each and too many; undefined where they are not. */
export function patternsProblem(tree: SchemaTree): SchemaProblem | undefined {
  if (patternSteps(tree) <= PATTERN_SIZES_MAX) return undefined;
  const message = `The patterns of the schema have more than ${PATTERN_SIZES_MAX} steps together, written out.`;
  return problem('SCHEMA_TOO_COSTLY', '', message, 'Ask for fewer repetitions, such as by "maxLength" in place of {1,1000}.');
}

const SPLIT_REMEDY = 'Split it, and mount each part at the place that it is about.';

function tooLarge(message: string, remedy: string): SchemaProblem {
  return problem('SCHEMA_TOO_LARGE', '', message, remedy);
}

function nestsTooDeep(schema: JsonValue): boolean {
  let level: JsonValue[] = [schema];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > JSON_NESTING_MAX) return true;
    level = level.flatMap((value) => (Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : []));
  }
  return false;
}
