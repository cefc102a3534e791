// Differences between two trees, leaf by leaf, and the changes that lead from one to the other.
import { equalJson, isEmptyObject, type JsonValue } from './json.js';
import { comparePaths, joinPath, overlaps } from './path.js';
import { hasMembers, nodeJson, type TreeNode, type TreeObject } from './tree.js';

/** A leaf that differs; an absent member means that there is none on that side. */
export interface Difference {
  readonly path: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** A set of a leaf; without the member `value` a deletion. */
export interface DocumentChange {
  readonly path: string;
  readonly value?: JsonValue;
}

/** The differences from one root to another, sorted by path. */
export function diffTrees(before: TreeObject, after: TreeObject): Difference[] {
  const differences: Difference[] = [];
  diffMembers('', before, after, differences);
  return differences;
}

function diffMembers(path: string, before: TreeObject, after: TreeObject, into: Difference[]): void {
  if (before === after || (before.knownDigest !== undefined && before.knownDigest === after.knownDigest)) return;
  const names: string[] = [];
  for (const [name, node] of before.members) if (after.members.get(name) !== node) names.push(name);
  for (const name of after.members.keys()) if (!before.members.has(name)) names.push(name);
  for (const name of names.sort()) diffNodes(joinPath(path, name), before.members.get(name), after.members.get(name), into);
}

function diffNodes(path: string, before: TreeNode | undefined, after: TreeNode | undefined, into: Difference[]): void {
  if (hasMembers(before) && hasMembers(after)) {
    diffMembers(path, before, after, into);
    return;
  }
  const left = leafValue(before);
  const right = leafValue(after);
  if (left !== undefined || right !== undefined) pushLeaf(path, left, right, into);
  if (hasMembers(before)) pushMembers(path, before, 'before', into);
  if (hasMembers(after)) pushMembers(path, after, 'after', into);
}

function pushLeaf(path: string, before: JsonValue | undefined, after: JsonValue | undefined, into: Difference[]): void {
  if (before === undefined && after !== undefined) into.push({ path, after });
  else if (before !== undefined && after === undefined) into.push({ path, before });
  else if (before !== undefined && after !== undefined && !equalJson(before, after)) into.push({ path, before, after });
}

function pushMembers(path: string, node: TreeObject, side: 'before' | 'after', into: Difference[]): void {
  for (const [name, member] of node.members) {
    const memberPath = joinPath(path, name);
    if (hasMembers(member)) pushMembers(memberPath, member, side, into);
    else into.push(side === 'before' ? { path: memberPath, before: nodeJson(member) } : { path: memberPath, after: nodeJson(member) });
  }
}

/** The value of a scalar, an array or `{}`. */
function leafValue(node: TreeNode | undefined): JsonValue | undefined {
  return node === undefined || hasMembers(node) ? undefined : nodeJson(node);
}

/**
 * The changes that make the differences true: deletes before sets, each sorted by path. A `{}` that gets members goes
 * without a change of its own, because the first set below it replaces it.
 */
export function differencesToChanges(differences: readonly Difference[]): DocumentChange[] {
  const sorted = inPathOrder(differences);
  const deletes: DocumentChange[] = [];
  const sets: DocumentChange[] = [];
  sorted.forEach((difference, index) => {
    if (difference.after !== undefined) sets.push({ path: difference.path, value: difference.after });
    else if (!getsMembers(difference, sorted[index + 1])) deletes.push({ path: difference.path });
  });
  return [...deletes, ...sets];
}

/** In path order, what lies below a path follows it at once; below a `{}` there was nothing, so all of it is new. */
function getsMembers(difference: Difference, next: Difference | undefined): boolean {
  return isEmptyObject(difference.before) && next !== undefined && overlaps(difference.path, next.path);
}

function inPathOrder(differences: readonly Difference[]): readonly Difference[] {
  const sorted = differences.every((difference, index) => {
    const previous = differences[index - 1];
    return previous === undefined || comparePaths(previous.path, difference.path) <= 0;
  });
  return sorted ? differences : [...differences].sort((a, b) => comparePaths(a.path, b.path));
}
