// The leaves of a document that hold `${`: only those are looked at by whoever resolves references or checks them.
import type { Document, DocumentNode, JsonValue, ObjectNode, Segments } from '@confledger/document';

export interface MarkedLeaf {
  readonly segments: Segments;
  readonly value: JsonValue;
}

/** Sections that are instructions, not values: nothing in them is a reference. */
const isInstruction = ([first, , third]: Segments): boolean => first === '$inherit' || (first === 'profiles' && third === 'conditions');

/** In path order. After a change only the objects on its path are searched again. */
export function markedLeaves({ root }: Document): readonly MarkedLeaf[] {
  const known = byRoot.get(root);
  if (known !== undefined) return known;
  const found = markedBelow(root).filter(({ segments }) => !isInstruction(segments));
  byRoot.set(root, found);
  return found;
}

const byRoot = new WeakMap<ObjectNode, readonly MarkedLeaf[]>();
const below = new WeakMap<ObjectNode, readonly MarkedLeaf[]>();
const NONE: readonly MarkedLeaf[] = [];

function markedBelow(node: ObjectNode): readonly MarkedLeaf[] {
  const known = below.get(node);
  if (known !== undefined) return known;
  const found: MarkedLeaf[] = [];
  for (const [name, member] of node.members) {
    for (const { segments, value } of markedIn(member)) found.push({ segments: [name, ...segments], value });
  }
  const marked = found.length === 0 ? NONE : found;
  below.set(node, marked);
  return marked;
}

function markedIn(node: DocumentNode): readonly MarkedLeaf[] {
  if (node.kind === 'object') return markedBelow(node);
  return isMarked(node.value) ? [{ segments: [], value: node.value }] : NONE;
}

function isMarked(value: JsonValue): boolean {
  if (typeof value === 'string') return value.includes('${');
  return typeof value === 'object' && value !== null && Object.values(value).some(isMarked);
}
