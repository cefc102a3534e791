// A ledger's configuration: an immutable tree of leaves with digest, differences and proofs.
import { checkValue } from './check-value.js';
import { diffTrees, type Difference, type DocumentChange } from './diff.js';
import { hex } from './digest.js';
import { ObjectDraft } from './draft.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import { leavesOf, nearestPath, type Leaf } from './leaves.js';
import { overlaidRoots } from './overlay.js';
import { formatPath, parsePath, type Segments } from './path.js';
import { DocumentFault, type CodedProblem, type Result } from './problem.js';
import { proofOf, type Proof } from './proof.js';
import { hiddenPaths, rootWithout } from './hidden-paths.js';
import { sharedLeaves } from './shared-leaves.js';
import { rootFromSnapshot, snapshotOf } from './snapshot.js';
import { emptyRoot, nodeJson, treeOf, type DocumentNode, type ObjectNode, type TreeNode, type TreeObject } from './tree.js';

type RevisedChange = DocumentChange & { readonly revision?: number };

/** Of more changes, remembering costs more than it saves. */
const REMEMBERED_CHANGES_MAX = 64;

/**
 * The last application. A command that takes live what it writes applies its changes twice, when it is decided and when its events are folded:
 * a wide object is hashed once then.
 */
let lastApply: { readonly base: Document; readonly changes: readonly RevisedChange[]; readonly result: Document } | null = null;

function areSame(some: readonly RevisedChange[], others: readonly RevisedChange[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ path, value, revision }, index) => {
      const other = others[index];
      // An array may have been altered since.
      const isScalar = typeof value !== 'object' || value === null;
      return other !== undefined && isScalar && other.path === path && other.value === value && other.revision === revision;
    })
  );
}

export class Document {
  /** The document without leaves. */
  static readonly empty: Document = new Document(emptyRoot(-1));

  private readonly tree: TreeObject;

  private constructor(tree: TreeObject) {
    this.tree = tree;
  }

  /** The document of a JSON object, or what is wrong with it; every node gets `revision`. The object is copied, never kept. */
  static from(value: JsonObject, revision = -1): Result<Document, CodedProblem> {
    const problem = isJsonObject(value) ? checkValue(value) : notObject();
    if (problem !== null) return { ok: false, problem };
    const tree = treeOf(value, revision);
    const root = tree.kind === 'object' && tree.members.size > 0 ? tree : emptyRoot(revision);
    return { ok: true, value: new Document(root) };
  }

  /** The document that `toSnapshot` was called on, with its revisions. Throws a DocumentFault on anything else. */
  static fromSnapshot(snapshot: JsonValue): Document {
    return new Document(rootFromSnapshot(snapshot));
  }

  /** The document with the revisions of its nodes, as JSON. */
  toSnapshot(): JsonValue {
    return snapshotOf(this.tree);
  }

  get root(): ObjectNode {
    return this.tree;
  }

  /** Revision of the last change; -1 without one. */
  get revision(): number {
    return this.tree.revision;
  }

  get leafCount(): number {
    return this.tree.leafCount;
  }

  /** About how many characters its JSON has. */
  get size(): number {
    return this.tree.size;
  }

  /**
   * Lower-case hex SHA-256 of the tree. Computed when first asked for, then remembered by the objects: after a change only
   * those on its path are hashed again.
   */
  get digest(): string {
    return hex(this.tree.digest);
  }

  /** Lower-case hex SHA-256 of what stands at the path; undefined when nothing does. */
  digestAt(path: string | Segments): string | undefined {
    const node = this.find(path);
    return node && hex(node.digest);
  }

  /** The node at a path; '' or [] is the root. */
  nodeAt(path: string | Segments): DocumentNode | undefined {
    return this.find(path);
  }

  private find(path: string | Segments): TreeNode | undefined {
    const segments = segmentsOf(path);
    let node: TreeNode | undefined = segments === undefined ? undefined : this.tree;
    for (const segment of segments ?? []) node = node?.kind === 'object' ? node.members.get(segment) : undefined;
    return node;
  }

  /** The path of the leaf above this address, which keeps anything from being set here; undefined when none does. A `{}` does not. */
  blockedBy(path: string | Segments): string | undefined {
    const segments = segmentsOf(path) ?? [];
    let node: TreeNode | undefined = this.tree;
    for (let depth = 0; depth < segments.length; depth++) {
      if (node === undefined) return undefined;
      if (node.kind === 'leaf') return formatPath(segments.slice(0, depth));
      node = node.members.get(segments[depth] ?? '');
    }
    return undefined;
  }

  /** The JSON at a path, deep-frozen. The same object in every version in which nothing below the path differs. */
  valueAt(path: string | Segments): JsonValue | undefined {
    const node = this.find(path);
    return node === undefined ? undefined : nodeJson(node);
  }

  /** The whole document as JSON, deep-frozen. */
  toJson(): JsonObject {
    return this.tree.json;
  }

  /** The leaves at and below a path, in path order, `{}` included. */
  leaves(under: string | Segments = ''): IterableIterator<Leaf> {
    const node = this.find(under);
    if (node === undefined) return [].values();
    return leavesOf(node, typeof under === 'string' ? under : formatPath(under));
  }

  /**
   * The document with the changes made, in their order. The cost is proportional to the objects touched.
   * Throws a DocumentFault on what the caller should have judged before: an invalid path or value, a set below a leaf
   * or over an object with members, a delete of what is neither a leaf nor `{}`.
   */
  apply(changes: Iterable<RevisedChange>): Document {
    if (!Array.isArray(changes) || changes.length > REMEMBERED_CHANGES_MAX) return this.applied(changes);
    if (lastApply?.base === this && areSame(lastApply.changes, changes)) return lastApply.result;
    const result = this.applied(changes);
    lastApply = { base: this, changes: changes.map((change: RevisedChange) => ({ ...change })), result };
    return result;
  }

  private applied(changes: Iterable<RevisedChange>): Document {
    const draft = new ObjectDraft(this.tree);
    for (const { path, value, revision = -1 } of changes) {
      const parsed = parsePath(path);
      if (!parsed.ok) throw new DocumentFault(`change of ${JSON.stringify(path)}: ${parsed.problem.message}`);
      if (value === undefined) draft.delete(parsed.value, 0, revision);
      else draft.set(parsed.value, 0, value, revision);
    }
    const tree = draft.seal(true);
    return tree === this.tree ? this : new Document(tree);
  }

  /**
   * This document laid over `lower`. Two objects merge member by member; anything else, a `{}` that is a leaf included, replaces what lies
   * below it. An empty document hides nothing. What only one of the two has is shared with the result, and so is a whole object whose
   * members are those of one of the two; other merged objects have the higher revision of the two, leaves keep theirs. The newest
   * merges of each object are remembered: after a change only the objects on its path are merged and hashed again.
   *
   * Not associative: of several documents lay the farthest two first, `nearest.over(next.over(farthest))`.
   */
  over(lower: Document): Document {
    const tree = overlaidRoots(this.tree, lower.tree);
    if (tree === this.tree) return this;
    return tree === lower.tree ? lower : new Document(tree);
  }

  /**
   * The document without what stands at the paths, be it a leaf or an object. An object that this empties is gone too; a `{}` that was
   * a leaf stays. A path at which nothing stands changes nothing; where that is so of all, the result is this document. Of the same
   * paths the newest few results are remembered: a frozen array is known again, of others the one used last.
   * Throws a DocumentFault on an invalid path.
   */
  without(paths: readonly string[]): Document {
    const tree = rootWithout(this.tree, hiddenPaths(paths));
    return tree === this.tree ? this : new Document(tree);
  }

  /** What differs in `next`, leaf by leaf, sorted by path. Subtrees that are the same, or known to have equal digests, are skipped. */
  diff(next: Document): Difference[] {
    return diffTrees(this.tree, next.tree);
  }

  /** How many leaves stand in `other` too, at the same path and with the same value. The newest counts are remembered. */
  sharedLeafCount(other: Document): number {
    return sharedLeaves(this.tree, other.tree);
  }

  /** The proof that what stands at the path belongs to this digest; undefined when nothing does. */
  proof(path: string): Proof | undefined {
    const segments = segmentsOf(path);
    return segments === undefined ? undefined : proofOf(this.tree, path, segments);
  }

  /** The existing path most like this one, for "did you mean"; undefined when none is close. Bounded in cost. */
  nearest(path: string): string | undefined {
    const segments = segmentsOf(path);
    return segments === undefined || segments.length === 0 ? undefined : nearestPath(this.tree, segments);
  }
}

function segmentsOf(path: string | Segments): Segments | undefined {
  if (typeof path !== 'string') return path;
  if (path === '') return [];
  const parsed = parsePath(path);
  return parsed.ok ? parsed.value : undefined;
}

function notObject(): CodedProblem {
  return {
    code: 'DOCUMENT_NOT_OBJECT',
    path: '',
    rule: 'not-an-object',
    message: 'A document is a JSON object; this is another kind of value.',
    remedy: 'Send an object, such as { "risk": { "maxPositionSize": 1000 } }.',
  };
}
