// Whether `$data` points to a place that the schema describes. A mistyped pointer leads to nothing, and then there would be no limit.
import type { SchemaProblem } from '@confledger/domain';
import { nearestWord } from '@confledger/document';
import { dataPointer, type DataPointer } from './data-references.js';
import { joinPointer } from './json-pointer.js';
import { invalid, PROBLEMS_MAX, quotedText } from './problems.js';
import { SchemaPlaces } from './schema-places.js';
import type { SchemaNode, SchemaTree } from './schema-tree.js';
import { DATA_KEYWORDS } from './vocabulary.js';

/**
 * The refusals of pointers that go above the mount, or lead to a place that no schema names by `properties`, `patternProperties`, `items` or
 * `prefixItems`, in every way in which their schema is reached; at most 100. `additionalProperties` names no place: it would take any mistyped name. What is
 * never reached is passed over.
 */
export function dataTargetProblems({ root, nodes }: SchemaTree): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  let places: SchemaPlaces | undefined;
  for (const node of nodes.values()) {
    for (const [keyword, pointer] of dataPointers(node)) {
      if (problems.length === PROBLEMS_MAX) return problems;
      places ??= new SchemaPlaces(root);
      const found = places.isReached(node) ? targetProblem(places, node, keyword, pointer) : undefined;
      if (found !== undefined) problems.push(found);
    }
  }
  return problems;
}

function dataPointers({ schema }: SchemaNode): (readonly [keyword: string, pointer: DataPointer])[] {
  if (typeof schema === 'boolean') return [];
  return DATA_KEYWORDS.flatMap((keyword) => {
    const value = schema[keyword];
    const pointer = value === undefined ? undefined : dataPointer(value);
    return pointer === undefined || pointer === null ? [] : [[keyword, pointer] as const];
  });
}

function targetProblem(places: SchemaPlaces, node: SchemaNode, keyword: string, { up, steps }: DataPointer): SchemaProblem | undefined {
  const pointer = joinPointer(node.pointer, keyword);
  let schemas = up === null ? places.atRoot() : places.above(node, up);
  if (schemas.size === 0) return aboveMount(pointer);
  for (const [index, step] of steps.entries()) {
    const next = places.below(schemas, step);
    if (next.size === 0) {
      const nearest = nearestWord(step, places.names(schemas));
      const corrected = nearest === undefined ? undefined : textOf({ up, steps: steps.with(index, nearest) });
      return undescribed(pointer, { text: textOf({ up, steps }), step, corrected });
    }
    schemas = next;
  }
  return undefined;
}

function textOf({ up, steps }: DataPointer): string {
  return joinPointer(up === null ? '' : String(up), ...steps);
}

function aboveMount(pointer: string): SchemaProblem {
  return invalid(
    pointer,
    'The pointer in "$data" goes above the mount, where it can point to nothing.',
    'Go up fewer levels, or mount the schema further up.',
  );
}

interface Undescribed {
  readonly text: string;
  /** The first step that leads to nothing. */
  readonly step: string;
  /** The pointer with the nearest name in place of that step. */
  readonly corrected: string | undefined;
}

function undescribed(pointer: string, { text, step, corrected }: Undescribed): SchemaProblem {
  const describe = `escribe ${quotedText(step)} there, in "properties" or "patternProperties"; "additionalProperties" does not count.`;
  return invalid(
    pointer,
    `The pointer ${quotedText(text)} in "$data" leads to no place that the schema describes: it names no ${quotedText(step)} there, so there would be no limit.`,
    corrected === undefined ? `Correct the pointer, or d${describe}` : `Did you mean ${quotedText(corrected)}? Otherwise d${describe}`,
  );
}
