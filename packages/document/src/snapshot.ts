// A document as JSON with the revisions of its nodes, and back: what a stored snapshot holds. A leaf is [revision, value],
// an object [revision, name, node, name, node, …] behind a leading null. Names are not member names: those lose their order.
import type { JsonValue } from './json.js';
import { DocumentFault } from './problem.js';
import { emptyObjectNode, emptyRoot, leafNode, leafWeight, nodeJson, TreeObject, type TreeNode } from './tree.js';

/** The tree with its revisions. */
export function snapshotOf(node: TreeNode): JsonValue {
  if (node.kind === 'leaf') return [node.revision, nodeJson(node)];
  return [null, node.revision, ...[...node.members].flatMap(([name, member]) => [name, snapshotOf(member)])];
}

/** The root of a document from its snapshot. Throws a DocumentFault on anything else. */
export function rootFromSnapshot(snapshot: JsonValue): TreeObject {
  const root = nodeFromSnapshot(snapshot);
  if (root.kind !== 'object') throw new DocumentFault('the snapshot of a document is that of an object');
  return root.members.size > 0 ? root : emptyRoot(root.revision);
}

function nodeFromSnapshot(snapshot: JsonValue | undefined): TreeNode {
  if (!Array.isArray(snapshot)) throw new DocumentFault('the snapshot of a node is an array');
  const [first, second] = snapshot as readonly JsonValue[];
  if (typeof first === 'number' && second !== undefined) return leafNode(second, first);
  if (first !== null || typeof second !== 'number') throw new DocumentFault('the snapshot of a node begins with its revision');
  return objectFromSnapshot(snapshot, second);
}

function objectFromSnapshot(snapshot: readonly JsonValue[], revision: number): TreeObject {
  if (snapshot.length === 2) return emptyObjectNode(revision);
  const members = new Map<string, TreeNode>();
  let leafCount = 0;
  for (let index = 2; index < snapshot.length; index += 2) {
    const name = snapshot[index];
    if (typeof name !== 'string') throw new DocumentFault('the snapshot of an object names its members by strings');
    const node = nodeFromSnapshot(snapshot[index + 1]);
    members.set(name, node);
    leafCount += leafWeight(node);
  }
  return new TreeObject(members, revision, leafCount);
}
