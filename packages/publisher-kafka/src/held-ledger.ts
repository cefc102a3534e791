// What the topic holds of one ledger: a hash per leaf, and its newest marker. What is the same is not written again.
import type { ActivationMarker, FeedLeaf } from '@confledger/contracts';
import { leafDigest, parsePath, treeDigest, type Document, type JsonValue } from '@confledger/document';

/** A digest as 32 characters, one per byte: half the memory of hex. */
type Digest = string;
type Tree = Map<string, Tree | Digest>;

export class HeldLedger {
  readonly #leaves = new Map<string, Digest>();
  /** Of leaves that are about to be written, where finding the differences took their hashes already. */
  readonly #hashed = new WeakMap<FeedLeaf, Digest>();
  /** What the hashes are of, where it is at hand: differences of trees are found without hashing every leaf. */
  #document: Document | null = null;
  marker: ActivationMarker | null = null;
  /** A marker followed one that is above it, or was removed: somebody else wrote here. */
  disordered = false;
  /** The marker was written by this publisher: it needs no check. */
  written = false;

  record(leaf: FeedLeaf): void {
    this.#document = null;
    if ('removed' in leaf) this.#leaves.delete(leaf.path);
    else this.#leaves.set(leaf.path, this.#hashed.get(leaf) ?? digestOf(leaf.value));
  }

  recordMarker(marker: ActivationMarker | null): void {
    const before = this.marker;
    if (before !== null && (marker === null || marker.activation < before.activation)) this.disordered = true;
    this.marker = marker;
    this.written = false;
  }

  /** The leaves that have to be written to make this the document: removals first, then sets, each in path order. */
  leavesTowards(document: Document, version: number): FeedLeaf[] {
    return this.#document === null ? this.#byHashes(document, version) : differences(this.#document, document, version);
  }

  /** They were written, with their marker. */
  advance(leaves: readonly FeedLeaf[], document: Document, marker: ActivationMarker): void {
    for (const leaf of leaves) this.record(leaf);
    this.#document = document;
    this.marker = marker;
    this.disordered = false;
    this.written = true;
  }

  /** Gives the document's memory back; the next difference costs a hash per leaf. */
  forgetDocument(): void {
    this.#document = null;
  }

  /** Digest of the document that the leaves make, in hex; null when they contradict each other. */
  digest(): string | null {
    const root: Tree = new Map();
    for (const [path, digest] of this.#leaves) {
      const segments = parsePath(path);
      if (!segments.ok || !plant(root, segments.value, digest)) return null;
    }
    return treeDigest(root);
  }

  #byHashes(document: Document, version: number): FeedLeaf[] {
    const removals = new Set(this.#leaves.keys());
    const sets: FeedLeaf[] = [];
    for (const { path, value } of document.leaves()) {
      removals.delete(path);
      const digest = digestOf(value);
      if (this.#leaves.get(path) === digest) continue;
      const leaf: FeedLeaf = { path, value, version };
      this.#hashed.set(leaf, digest);
      sets.push(leaf);
    }
    return [...Array.from(removals, (path): FeedLeaf => ({ path, version, removed: true })), ...sets];
  }
}

function differences(before: Document, after: Document, version: number): FeedLeaf[] {
  const removals: FeedLeaf[] = [];
  const sets: FeedLeaf[] = [];
  for (const { path, after: value } of before.diff(after)) {
    if (value === undefined) removals.push({ path, version, removed: true });
    else sets.push({ path, value, version });
  }
  return [...removals, ...sets];
}

function digestOf(value: JsonValue): Digest {
  const { buffer, byteOffset, byteLength } = leafDigest(value);
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

/** False where a leaf stands in the way. */
function plant(root: Tree, segments: readonly string[], digest: Digest): boolean {
  const name = segments.at(-1);
  if (name === undefined) return false;
  let tree = root;
  for (const segment of segments.slice(0, -1)) {
    const child = tree.get(segment) ?? new Map<string, Tree | Digest>();
    if (typeof child === 'string') return false;
    tree.set(segment, child);
    tree = child;
  }
  if (tree.has(name)) return false;
  tree.set(name, digest);
  return true;
}
