// Editing of a tree by many changes at once: each object that is touched is copied once, then sealed into the new tree.
import { equalJson, isEmptyObject, type JsonValue } from './json.js';
import type { Segments } from './path.js';
import { DocumentFault } from './problem.js';
import { emptyObjectNode, emptyRoot, leafNode, leafWeight, TreeLeaf, TreeObject, type TreeNode } from './tree.js';

// Stands in the members of an object for a child that is open and had no node before; its weight is taken back when the child is sealed.
const PLACEHOLDER = emptyObjectNode(-1);

/** An object that is being edited. */
export class ObjectDraft {
  private readonly base: TreeObject;
  private readonly members: Map<string, TreeNode>;
  // Children that are being edited themselves; what stands in `members` for them is what they were, or the placeholder.
  private open: Map<string, ObjectDraft> | undefined;
  private revision: number;
  private leafCount: number;
  private namesAdded = false;
  private nodeReplaced = false;
  private contentChanged = false;

  constructor(base: TreeObject) {
    this.base = base;
    this.members = new Map(base.members);
    this.revision = base.revision;
    // A `{}` counts as a leaf only while it has no members.
    this.leafCount = base.members.size === 0 ? 0 : base.leafCount;
  }

  /** Sets the leaf at `segments`, counted from `depth` on. */
  set(segments: Segments, depth: number, value: JsonValue, revision: number): void {
    this.revision = Math.max(this.revision, revision);
    const name = segments[depth] as string;
    if (depth < segments.length - 1) {
      this.childForSet(segments, depth).set(segments, depth + 1, value, revision);
      return;
    }
    const old = this.members.get(name);
    if (this.open?.has(name) === true || (old?.kind === 'object' && old.members.size > 0)) {
      throw new DocumentFault(`set of ${segments.join(' > ')}: an object with members stands there`);
    }
    this.put(name, old, old !== undefined && holds(old, value) ? withRevision(old, revision) : leafNode(value, revision));
    if (old === undefined || !holds(old, value)) this.contentChanged = true;
  }

  /** Deletes the leaf at `segments`, counted from `depth` on, and says whether this object is empty now. */
  delete(segments: Segments, depth: number, revision: number): boolean {
    this.revision = Math.max(this.revision, revision);
    const name = segments[depth] as string;
    if (depth < segments.length - 1) {
      if (this.childForDelete(segments, depth).delete(segments, depth + 1, revision)) this.remove(name);
    } else {
      const old = this.members.get(name);
      if (old === undefined || this.open?.has(name) === true || (old.kind === 'object' && old.members.size > 0)) {
        throw new DocumentFault(`delete of ${segments.join(' > ')}: no leaf stands there`);
      }
      this.remove(name);
    }
    return this.members.size === 0;
  }

  /** The edited object; the base itself when nothing has changed. */
  seal(isRoot: boolean): TreeObject {
    this.sealOpen();
    if (!this.nodeReplaced && this.revision === this.base.revision) return this.base;
    if (this.members.size === 0) return isRoot ? emptyRoot(this.revision) : emptyObjectNode(this.revision);
    const members = this.namesAdded ? inNameOrder(this.members) : this.members;
    return new TreeObject(members, this.revision, this.leafCount, this.contentChanged ? undefined : this.base);
  }

  private sealOpen(): void {
    if (this.open === undefined) return;
    for (const [name, child] of this.open) {
      const sealed = child.seal(false);
      this.put(name, this.members.get(name), sealed);
      if (child.contentChanged) this.contentChanged = true;
    }
  }

  private put(name: string, old: TreeNode | undefined, node: TreeNode): void {
    if (old === node) return;
    if (old === undefined) this.namesAdded = true;
    this.nodeReplaced = true;
    this.leafCount += leafWeight(node) - (old === undefined ? 0 : leafWeight(old));
    this.members.set(name, node);
  }

  private remove(name: string): void {
    const old = this.members.get(name);
    if (old === undefined) return;
    this.leafCount -= leafWeight(old);
    this.members.delete(name);
    this.open?.delete(name);
    this.nodeReplaced = true;
    this.contentChanged = true;
  }

  private childForSet(segments: Segments, depth: number): ObjectDraft {
    const name = segments[depth] as string;
    const open = this.open?.get(name);
    if (open !== undefined) return open;
    const node = this.members.get(name);
    if (node?.kind === 'leaf') throw new DocumentFault(`set of ${segments.join(' > ')}: a leaf stands above it`);
    if (node === undefined) this.put(name, undefined, PLACEHOLDER);
    return this.opened(name, node ?? PLACEHOLDER);
  }

  private childForDelete(segments: Segments, depth: number): ObjectDraft {
    const name = segments[depth] as string;
    const open = this.open?.get(name);
    if (open !== undefined) return open;
    const node = this.members.get(name);
    if (node?.kind !== 'object') throw new DocumentFault(`delete of ${segments.join(' > ')}: nothing stands there`);
    return this.opened(name, node);
  }

  private opened(name: string, node: TreeObject): ObjectDraft {
    const draft = new ObjectDraft(node);
    this.open ??= new Map();
    this.open.set(name, draft);
    return draft;
  }
}

function holds(node: TreeNode, value: JsonValue): boolean {
  if (node.kind === 'leaf') return equalJson(node.value, value);
  return node.members.size === 0 && isEmptyObject(value);
}

function withRevision(node: TreeNode, revision: number): TreeNode {
  if (node.revision === revision) return node;
  return node.kind === 'leaf' ? new TreeLeaf(node.value, revision, node) : new TreeObject(node.members, revision, 1, node);
}

function inNameOrder(members: Map<string, TreeNode>): Map<string, TreeNode> {
  let previous = '';
  for (const name of members.keys()) {
    if (name < previous) return new Map([...members].sort(([a], [b]) => (a < b ? -1 : 1)));
    previous = name;
  }
  return members;
}
