// Which leaves of a document are unknown, and which objects hold one. Remembered by object, because most are the same in the next version.
import { holdsReference, type DocumentNode, type JsonValue } from '@confledger/document';
import type { JudgementMode } from './mode.js';

const known = new WeakMap<object, boolean>();

/** Whether the compiled validator of a schema cannot judge the node as a whole: it is open to descendants, or not all of it is known. */
export function isPartial(node: DocumentNode, { isAbstract, hasReferences }: JudgementMode): boolean {
  return (isAbstract && node.kind === 'object') || (hasReferences && holdsUnknownLeaf(node));
}

/** Whether the node is an unknown leaf, or has one below it. */
export function holdsUnknownLeaf(node: DocumentNode): boolean {
  return node.kind === 'leaf' ? isUnknown(node.value) : remembered(node, () => someMemberHolds(node));
}

/** Whether an unknown leaf has to be known for what stands, or might stand, at the end of the steps. */
export function leadsToUnknownLeaf(from: DocumentNode, steps: readonly string[]): boolean {
  let node: DocumentNode | undefined = from;
  for (const step of steps) {
    // What a reference stands for may have any element.
    if (node?.kind !== 'object') break;
    node = node.members.get(step);
  }
  return node !== undefined && holdsUnknownLeaf(node);
}

/** The parts of a leaf are not looked at alone: one reference in an array makes all of it unknown. */
function isUnknown(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null ? remembered(value, () => holdsReference(value)) : holdsReference(value);
}

function someMemberHolds({ members }: Extract<DocumentNode, { readonly kind: 'object' }>): boolean {
  for (const member of members.values()) if (holdsUnknownLeaf(member)) return true;
  return false;
}

function remembered(key: object, find: () => boolean): boolean {
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = find()));
  return found;
}
