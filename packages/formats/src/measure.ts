// Whether what stands in a text fits into a document. An alias counts as often as it is written, and is measured once.
import { DOCUMENT_CHARACTERS_MAX, DOCUMENT_LEAVES_MAX, JSON_NESTING_MAX } from '@confledger/document/json-and-paths';
import { TOO_DEEP, TOO_MANY_CHARACTERS, TOO_MANY_LEAVES, TOO_MANY_VALUES } from './flaws.js';
import { VALUES_MAX } from './limits.js';
import type { Problems } from './problem.js';
import { plain, type PlainSource, type SourceNode } from './source-node.js';

interface Size {
  readonly values: number;
  readonly leaves: number;
  readonly characters: number;
  readonly levels: number;
}

/** What a number, true, false or null takes, more or less. */
const SCALAR_CHARACTERS = 6;

/** Stops at the limit that the document of this node passes. */
export function judgeSize(root: SourceNode, problems: Problems): void {
  const { values, leaves, characters, levels } = sizeOf(plain(root), new Map());
  const at = root.start;
  if (levels > JSON_NESTING_MAX) problems.stop(at, TOO_DEEP);
  if (values > VALUES_MAX) problems.stop(at, TOO_MANY_VALUES);
  if (leaves > DOCUMENT_LEAVES_MAX) problems.stop(at, TOO_MANY_LEAVES);
  if (characters > DOCUMENT_CHARACTERS_MAX) problems.stop(at, TOO_MANY_CHARACTERS);
}

function sizeOf(node: PlainSource, known: Map<PlainSource, Size>): Size {
  if (node.kind === 'scalar') {
    return { values: 1, leaves: 1, characters: typeof node.value === 'string' ? node.value.length + 2 : SCALAR_CHARACTERS, levels: 0 };
  }
  const before = known.get(node);
  if (before !== undefined) return before;
  const size = node.kind === 'array' ? sizeOfItems(node.items, known) : sizeOfMembers(node.members, known);
  known.set(node, size);
  return size;
}

function sizeOfItems(items: readonly SourceNode[], known: Map<PlainSource, Size>): Size {
  let [values, characters, levels] = [1, 2, 0];
  for (const item of items) {
    const size = sizeOf(plain(item), known);
    values += size.values;
    characters += size.characters + 1;
    levels = Math.max(levels, size.levels);
  }
  return { values, leaves: 1, characters, levels: levels + 1 };
}

function sizeOfMembers(members: ReadonlyMap<string, { readonly node: SourceNode }>, known: Map<PlainSource, Size>): Size {
  let [values, leaves, characters, levels] = [1, 0, 2, 0];
  for (const [name, { node }] of members) {
    const size = sizeOf(plain(node), known);
    values += size.values;
    leaves += size.leaves;
    characters += name.length + 4 + size.characters;
    levels = Math.max(levels, size.levels);
  }
  return { values, leaves: Math.max(leaves, 1), characters, levels: levels + 1 };
}
