// How many leaves two documents have in common. The newest counts are remembered: after a change only the objects on its path are counted.
import { equalJson } from './json.js';
import { RememberedPairs } from './remembered-pairs.js';
import { hasMembers, leafWeight, nodeJson, type TreeNode, type TreeObject } from './tree.js';

const counts = new RememberedPairs<TreeObject, TreeObject, number>();

/** Leaves of one object that stand in the other too, at the same place and with the same value. */
export function sharedLeaves(one: TreeObject, other: TreeObject): number {
  if (one === other) return one.leafCount;
  const known = counts.get(one, other);
  if (known !== undefined) return known;
  let count = 0;
  for (const [name, node] of one.members) count += sharedAt(node, other.members.get(name));
  counts.remember(one, other, count);
  return count;
}

function sharedAt(one: TreeNode, other: TreeNode | undefined): number {
  if (other === undefined) return 0;
  if (one === other) return leafWeight(one);
  if (hasMembers(one) && hasMembers(other)) return sharedLeaves(one, other);
  return !hasMembers(one) && !hasMembers(other) && equalJson(nodeJson(one), nodeJson(other)) ? 1 : 0;
}
