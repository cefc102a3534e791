// A document without what stands at some paths: what a ledger hides of its layers. Subtrees that lose nothing are shared.
import { parsePath, type Segments } from './path.js';
import { DocumentFault } from './problem.js';
import { RememberedPairs } from './remembered-pairs.js';
import { emptyRoot, leafWeight, TreeObject, type TreeNode } from './tree.js';

/** Hidden paths as a tree of names. */
export class HiddenPaths {
  readonly below = new Map<string, HiddenPaths>();
  /** True where a path ends: whatever stands here is hidden. */
  isHidden = false;

  add(segments: Segments, depth = 0): void {
    const name = segments[depth];
    if (name === undefined) {
      this.isHidden = true;
      return;
    }
    const member = this.below.get(name) ?? new HiddenPaths();
    this.below.set(name, member);
    member.add(segments, depth + 1);
  }
}

/** What remained of an object without the paths below it, null for nothing. */
const remainders = new RememberedPairs<HiddenPaths, TreeObject, TreeObject | null>();

// A frozen array, as documents give them out, never changes and is known by itself; of others a copy of the newest is compared.
const byFrozenArray = new WeakMap<readonly string[], HiddenPaths>();
let newest: { readonly paths: readonly string[]; readonly hidden: HiddenPaths } | null = null;

/** The tree of the paths; the same object for the same paths where that is cheap to know. Throws a DocumentFault on an invalid path. */
export function hiddenPaths(paths: readonly string[]): HiddenPaths {
  const known = byFrozenArray.get(paths) ?? (newest !== null && areSame(newest.paths, paths) ? newest.hidden : undefined);
  if (known !== undefined) return known;
  const hidden = new HiddenPaths();
  for (const path of paths) hidden.add(segmentsOf(path));
  if (Object.isFrozen(paths)) byFrozenArray.set(paths, hidden);
  else newest = { paths: [...paths], hidden };
  return hidden;
}

function segmentsOf(path: string): Segments {
  const parsed = parsePath(path);
  if (!parsed.ok) throw new DocumentFault(`hidden path ${JSON.stringify(path)}: ${parsed.problem.message}`);
  return parsed.value;
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((path, index) => path === others[index]);
}

/** The root without what is hidden; the root itself where nothing of it is. */
export function rootWithout(root: TreeObject, hidden: HiddenPaths): TreeObject {
  return remainderOf(root, hidden) ?? emptyRoot(root.revision);
}

/** The object without what is hidden; null where nothing remains. */
function remainderOf(object: TreeObject, hidden: HiddenPaths): TreeObject | null {
  const known = remainders.get(hidden, object);
  if (known !== undefined) return known;
  const losses = lossesOf(object, hidden);
  const remainder = losses.size === 0 ? object : withLosses(object, losses);
  remainders.remember(hidden, object, remainder);
  return remainder;
}

/** The members that lose something, with what remains of each. */
function lossesOf(object: TreeObject, hidden: HiddenPaths): Map<string, TreeObject | null> {
  const losses = new Map<string, TreeObject | null>();
  for (const [name, below] of hidden.below) {
    const member = object.members.get(name);
    if (member === undefined) continue;
    if (below.isHidden) losses.set(name, null);
    else if (member.kind === 'object') {
      const remainder = remainderOf(member, below);
      if (remainder !== member) losses.set(name, remainder);
    }
  }
  return losses;
}

function withLosses(object: TreeObject, losses: ReadonlyMap<string, TreeObject | null>): TreeObject | null {
  const members = new Map(object.members);
  let leafCount = object.leafCount;
  for (const [name, remainder] of losses) {
    leafCount += weight(remainder) - weight(members.get(name));
    if (remainder === null) members.delete(name);
    else members.set(name, remainder);
  }
  return members.size === 0 ? null : new TreeObject(members, object.revision, leafCount);
}

function weight(node: TreeNode | null | undefined): number {
  return node === null || node === undefined ? 0 : leafWeight(node);
}
