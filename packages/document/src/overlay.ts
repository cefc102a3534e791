// One document laid over another, as trees: what only one of the two has is shared, and the newest merges are remembered.
import { RememberedPairs } from './remembered-pairs.js';
import { hasMembers, leafWeight, TreeObject, type TreeNode } from './tree.js';

const merges = new RememberedPairs<TreeObject, TreeObject, TreeObject>();

/** The root of the document that `upper` laid over `lower` makes. An empty root is no leaf: it hides nothing. */
export function overlaidRoots(upper: TreeObject, lower: TreeObject): TreeObject {
  if (upper.members.size === 0) return lower;
  return lower.members.size === 0 ? upper : overlaidObjects(upper, lower);
}

/** Two objects with members merge; anything else, `{}` included, replaces what lies below it. */
function overlaid(upper: TreeNode, lower: TreeNode): TreeNode {
  return hasMembers(upper) && hasMembers(lower) ? overlaidObjects(upper, lower) : upper;
}

function overlaidObjects(upper: TreeObject, lower: TreeObject): TreeObject {
  if (upper === lower) return upper;
  const known = merges.get(upper, lower);
  if (known !== undefined) return known;
  const result = new Merge(upper, lower).result();
  merges.remember(upper, lower, result);
  return result;
}

/** The merge of two objects whose members stand in name order: one pass, without a sort. */
class Merge {
  private readonly upper: TreeObject;
  private readonly lower: TreeObject;
  private readonly members = new Map<string, TreeNode>();
  private leafCount = 0;
  // How many members are the very nodes of the one side and of the other.
  private fromUpper = 0;
  private fromLower = 0;

  constructor(upper: TreeObject, lower: TreeObject) {
    this.upper = upper;
    this.lower = lower;
  }

  /** One of the two where it has the very members of the result. */
  result(): TreeObject {
    this.mergeMembers();
    const { upper, lower, members } = this;
    if (this.fromUpper === members.size) return upper;
    if (this.fromLower === members.size) return lower;
    return new TreeObject(members, Math.max(upper.revision, lower.revision), this.leafCount);
  }

  private mergeMembers(): void {
    const lowerMembers = this.lower.members.entries();
    let lower = lowerMembers.next();
    for (const [name, node] of this.upper.members) {
      // Equal names are the usual case and quicker to see than their order.
      for (; lower.done !== true && lower.value[0] !== name && lower.value[0] < name; lower = lowerMembers.next()) this.keep(lower.value);
      if (lower.done === true || lower.value[0] !== name) {
        this.fromUpper += 1;
        this.put(name, node);
      } else {
        this.merge(name, node, lower.value[1]);
        lower = lowerMembers.next();
      }
    }
    for (; lower.done !== true; lower = lowerMembers.next()) this.keep(lower.value);
  }

  private keep([name, lower]: readonly [string, TreeNode]): void {
    this.fromLower += 1;
    this.put(name, lower);
  }

  private merge(name: string, upper: TreeNode, lower: TreeNode): void {
    const node = overlaid(upper, lower);
    if (node === upper) this.fromUpper += 1;
    if (node === lower) this.fromLower += 1;
    this.put(name, node);
  }

  private put(name: string, node: TreeNode): void {
    this.leafCount += leafWeight(node);
    this.members.set(name, node);
  }
}
