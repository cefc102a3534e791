// The leaves of a document that hold `${`: only those are looked at by whoever resolves references or checks them.
import { formatPath, type Document, type DocumentNode, type JsonValue, type ObjectNode, type Segments } from '@confledger/document';

export interface MarkedLeaf {
  readonly path: string;
  readonly value: JsonValue;
}

/** The same, from an object above it on. */
interface LeafBelow {
  readonly segments: Segments;
  readonly value: JsonValue;
}

/** Sections that are instructions, not values: nothing in them is a reference. */
const isInstruction = ([first, , third]: Segments): boolean => first === '$inherit' || (first === 'profiles' && third === 'conditions');

/** In path order. After a change only the objects on its path are searched again. */
export function markedLeaves({ root }: Document): readonly MarkedLeaf[] {
  const known = byRoot.get(root);
  if (known !== undefined) return known;
  const leaves = markedBelow(root).filter(({ segments }) => !isInstruction(segments));
  const found = leaves.map(({ segments, value }) => ({ path: formatPath(segments), value }));
  byRoot.set(root, found);
  return found;
}

const byRoot = new WeakMap<ObjectNode, readonly MarkedLeaf[]>();
const below = new WeakMap<ObjectNode, readonly LeafBelow[]>();
const NONE: readonly LeafBelow[] = [];

function markedBelow(node: ObjectNode): readonly LeafBelow[] {
  const known = below.get(node);
  if (known !== undefined) return known;
  const found: LeafBelow[] = [];
  for (const [name, member] of node.members) {
    for (const { segments, value } of markedIn(member)) found.push({ segments: [name, ...segments], value });
  }
  const marked = found.length === 0 ? NONE : found;
  below.set(node, marked);
  return marked;
}

function markedIn(node: DocumentNode): readonly LeafBelow[] {
  if (node.kind === 'object') return markedBelow(node);
  return isMarked(node.value) ? [{ segments: [], value: node.value }] : NONE;
}

function isMarked(value: JsonValue): boolean {
  if (typeof value === 'string') return value.includes('${');
  return typeof value === 'object' && value !== null && Object.values(value).some(isMarked);
}
