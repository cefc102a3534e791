// Walks over the leaves of a tree in path order, and the search for the path that was probably meant.
import type { JsonValue } from './json.js';
import { nearestWord } from './nearest.js';
import { formatPath, joinPath, type Segments } from './path.js';
import { nodeJson, type TreeNode, type TreeObject } from './tree.js';

/** A leaf with its address. */
export interface Leaf {
  readonly path: string;
  readonly value: JsonValue;
  readonly revision: number;
}

const SEARCHED_LEAVES_MAX = 10_000;

/** The leaves at and below a node, in path order. The empty root has none. */
export function* leavesOf(node: TreeNode, path: string): IterableIterator<Leaf> {
  if (node.kind === 'leaf' || (node.members.size === 0 && path !== '')) {
    yield { path, value: nodeJson(node), revision: node.revision };
    return;
  }
  // A stack of its own: nested generators would pass each leaf through every level.
  const stack = [{ path, members: node.members.entries() }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.members.next();
    if (next.done === true) {
      stack.pop();
      continue;
    }
    const [name, member] = next.value;
    const memberPath = joinPath(top.path, name);
    if (member.kind === 'object' && member.members.size > 0) stack.push({ path: memberPath, members: member.members.entries() });
    else yield { path: memberPath, value: nodeJson(member), revision: member.revision };
  }
}

/** The existing path most like the one asked for: level by level, else by its last name wherever that stands, else as a whole. */
export function nearestPath(root: TreeObject, segments: Segments): string | undefined {
  return nearestByLevel(root, segments) ?? nearestElsewhere(root, segments);
}

function nearestByLevel(root: TreeObject, segments: Segments): string | undefined {
  const found: string[] = [];
  let node: TreeNode = root;
  for (const segment of segments) {
    if (node.kind === 'leaf') return undefined;
    const name: string | undefined = node.members.has(segment) ? segment : nearestWord(segment, node.members.keys());
    const child: TreeNode | undefined = name === undefined ? undefined : node.members.get(name);
    if (name === undefined || child === undefined) return undefined;
    found.push(name);
    node = child;
  }
  return formatPath(found);
}

function nearestElsewhere(root: TreeObject, segments: Segments): string | undefined {
  const path = formatPath(segments);
  const paths: string[] = [];
  for (const leaf of leavesOf(root, '')) {
    if (leaf.path.endsWith(`.${path}`)) return leaf.path;
    if (paths.push(leaf.path) === SEARCHED_LEAVES_MAX) break;
  }
  return nearestWord(path, paths);
}
