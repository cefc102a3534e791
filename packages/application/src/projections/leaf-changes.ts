// The difference between two documents of one ledger, leaf by leaf, with revisions: what the rows of a document need.
// A leaf that was set to the value it had before is a difference here (its revision changed), unlike in `Document.diff`.
import { joinPath, type Document, type DocumentNode, type JsonValue, type Leaf } from '@confledger/document';

export interface LeafChanges {
  /** Leaves that are new or have another value or revision, as they are now. */
  readonly put: Leaf[];
  /** Paths where there is no leaf any more. */
  readonly gone: string[];
}

/** Every leaf that differs. Equal subtrees are skipped by identity, so the cost follows what was touched. */
export function leafChanges(before: Document, after: Document): LeafChanges {
  const changes: LeafChanges = { put: [], gone: [] };
  compare(before.root, after.root, { path: '', changes });
  return changes;
}

interface Place {
  readonly path: string;
  readonly changes: LeafChanges;
}

function compare(before: DocumentNode | undefined, after: DocumentNode | undefined, at: Place): void {
  if (before === after) return;
  const wasLeaf = before !== undefined && isLeaf(before, at.path);
  if (after !== undefined && isLeaf(after, at.path)) {
    if (!wasLeaf || !sameLeaf(before, after)) at.changes.put.push({ path: at.path, value: valueOf(after), revision: after.revision });
  } else if (wasLeaf) {
    at.changes.gone.push(at.path);
  }
  compareMembers(before, after, at);
}

function compareMembers(before: DocumentNode | undefined, after: DocumentNode | undefined, at: Place): void {
  const old = before?.kind === 'object' ? before.members : undefined;
  const now = after?.kind === 'object' ? after.members : undefined;
  if (now) {
    for (const [name, node] of now) {
      const other = old?.get(name);
      if (other !== node) compare(other, node, { path: joinPath(at.path, name), changes: at.changes });
    }
  }
  if (old) {
    for (const [name, node] of old) {
      if (!now?.has(name)) compare(node, undefined, { path: joinPath(at.path, name), changes: at.changes });
    }
  }
}

/** An object without members is a leaf (`{}` as written), except the root, which may be empty. */
function isLeaf(node: DocumentNode, path: string): boolean {
  return node.kind === 'leaf' || (node.members.size === 0 && path !== '');
}

function sameLeaf(before: DocumentNode, after: DocumentNode): boolean {
  if (before.kind !== after.kind || before.revision !== after.revision) return false;
  return before.kind === 'object' || (after.kind === 'leaf' && JSON.stringify(before.value) === JSON.stringify(after.value));
}

function valueOf(node: DocumentNode): JsonValue {
  return node.kind === 'leaf' ? node.value : {};
}
