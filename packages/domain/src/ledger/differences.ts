// What changes do to a document, leaf by leaf.
import { formatPath, parsePath, type Difference, type Document, type DocumentNode } from '@confledger/document';
import type { RevisedChange } from './state.js';

/** The differences that changes make to `before`, in their order. A change that makes none is not among the events of a ledger. */
export function differencesOf(before: Document, changes: readonly RevisedChange[]): Difference[] {
  const differences = new Map<string, Difference>();
  for (const { path, value: after } of changes) {
    const segments = parsePath(path);
    if (!segments.ok) continue;
    if (after !== undefined) for (const gone of emptyObjectAbove(before, segments.value)) differences.set(gone.path, gone);
    const leaf = leafAt(before, segments.value);
    differences.set(path, { path, ...(leaf !== undefined && { before: leaf.value }), ...(after !== undefined && { after }) });
  }
  return [...differences.values()];
}

/** A `{}` that gets its first member was a leaf until now, and has no event of its own. */
export function emptyObjectAbove(document: Document, segments: readonly string[]): Difference[] {
  let node: DocumentNode | undefined = document.root;
  for (let depth = 0; depth < segments.length && node?.kind === 'object'; depth += 1) {
    if (depth > 0 && node.members.size === 0) return [{ path: formatPath(segments.slice(0, depth)), before: {} }];
    node = node.members.get(segments[depth] ?? '');
  }
  return [];
}

/** An object is a leaf only while it is empty. */
function leafAt(document: Document, segments: readonly string[]): Pick<Extract<DocumentNode, { kind: 'leaf' }>, 'value'> | undefined {
  const node = document.nodeAt(segments);
  if (node === undefined || node.kind === 'leaf') return node;
  return node.members.size === 0 ? { value: {} } : undefined;
}
