// Puts what a feed sends together into documents: leaves, or one whole document, from nothing until the first document stands, then
// difference by difference.
import {
  DEPTH_MAX,
  differencesToChanges,
  Document,
  DOCUMENT_LEAVES_MAX,
  type DocumentChange,
  type JsonObject,
  type JsonValue,
} from '@confledger/document';
import type { FeedLeaf } from '@confledger/contracts';

/**
 * Most leaves that are gathered: between two activations those of the one and those of the other may stand side by side. A feed that sends
 * more than this is faulty or hostile, and would exhaust the node's memory.
 */
export const GATHERED_LEAVES_MAX = 4 * DOCUMENT_LEAVES_MAX;
/** Most characters of their paths and values, as JSON. */
export const GATHERED_CHARACTERS_MAX = 256 * 1024 * 1024;

export class LeafGathering {
  /** Leaves so far, from nothing; null once the document stands. */
  #gathered: Map<string, JsonValue> | null;
  /** The whole document of the reading, which came in place of leaves. Judged when its marker has come. */
  #whole: JsonObject | null = null;
  #document: Document;
  /** What came after the document; undefined is a removal. The newest of a path counts. */
  readonly #pending = new Map<string, JsonValue | undefined>();
  /** Of what is gathered or pending. */
  #characters = 0;

  private constructor(gathered: Map<string, JsonValue> | null, document: Document) {
    this.#gathered = gathered;
    this.#document = document;
  }

  static fromNothing(): LeafGathering {
    return new LeafGathering(new Map(), Document.empty);
  }

  static behind(document: Document): LeafGathering {
    return new LeafGathering(null, document);
  }

  get gathering(): boolean {
    return this.#gathered !== null;
  }

  /** A whole document was sent: no leaf belongs to this reading. */
  get isWhole(): boolean {
    return this.#whole !== null;
  }

  /** Nothing was sent, or every leaf was removed again. */
  get empty(): boolean {
    if (this.#whole !== null) return false;
    return this.#gathered !== null ? this.#gathered.size === 0 : this.#document.leafCount === 0 && this.#pending.size === 0;
  }

  /** More was sent than any correct feed sends. */
  get overfull(): boolean {
    return (this.#gathered ?? this.#pending).size > GATHERED_LEAVES_MAX || this.#characters > GATHERED_CHARACTERS_MAX;
  }

  /** Takes a whole document in place of leaves, before any of them. */
  takeWhole(configuration: JsonObject): void {
    this.#whole = configuration;
  }

  leaf(leaf: FeedLeaf): void {
    const { path } = leaf;
    const value = 'removed' in leaf ? undefined : leaf.value;
    const known = this.#gathered ?? this.#pending;
    if (known.has(path)) this.#characters -= charactersOf(path, known.get(path));
    if (this.#gathered !== null && value === undefined) {
      this.#gathered.delete(path);
      return;
    }
    this.#characters += charactersOf(path, value);
    if (this.#gathered === null || value === undefined) this.#pending.set(path, value);
    else this.#gathered.set(path, value);
  }

  /**
   * The document that the leaves so far make. It shares every unchanged subtree with `near`, so that objects read from it stay the same.
   * Throws when the leaves contradict each other, or make no document. Gathering goes on until `follow`.
   */
  document(near: Document): Document {
    if (this.#whole !== null) return sharing(documentOf(this.#whole), near);
    if (this.#gathered !== null) {
      const document = Document.empty.apply(Array.from(this.#gathered, ([path, value]) => ({ path, value })));
      return sharing(document, near);
    }
    // It is another one when an activation in between was refused.
    const follows = this.#document === near;
    this.#document = this.#document.apply(pendingChanges(this.#document, this.#pending));
    this.#pending.clear();
    this.#characters = 0;
    return follows ? this.#document : sharing(this.#document, near);
  }

  /** From now on what comes are differences to this document. */
  follow(document: Document): void {
    if (this.#gathered !== null) this.#characters = 0;
    this.#gathered = null;
    this.#whole = null;
    this.#document = document;
  }
}

function documentOf(configuration: JsonObject): Document {
  const made = Document.from(configuration);
  if (made.ok) return made.value;
  throw new Error(made.problem.message);
}

/** As JSON, nearly: strings without their escapes, and no more than that is asked of a bound. */
function charactersOf(path: string, value: JsonValue | undefined): number {
  if (typeof value === 'string') return path.length + value.length;
  if (typeof value !== 'object') return path.length;
  // No document holds it, and it might be too deep for the stack, on which releases of Node differ.
  if (isDeeperThan(DEPTH_MAX, value)) return Number.POSITIVE_INFINITY;
  return path.length + JSON.stringify(value).length;
}

/** Whether arrays and objects are nested more than `levels` deep. Goes no deeper itself. */
function isDeeperThan(levels: number, value: JsonValue): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member: JsonValue) => isDeeperThan(levels - 1, member));
}

function sharing(document: Document, near: Document): Document {
  if (near.leafCount === 0) return document;
  return near.apply(differencesToChanges(near.diff(document)));
}

/** Removals first. A removal that came twice is left out; a value that came twice changes nothing in the document. */
function pendingChanges(document: Document, pending: ReadonlyMap<string, JsonValue | undefined>): DocumentChange[] {
  const removals: DocumentChange[] = [];
  const sets: DocumentChange[] = [];
  for (const [path, value] of pending) {
    if (value !== undefined) sets.push({ path, value });
    else if (document.nodeAt(path) !== undefined) removals.push({ path });
  }
  return [...removals, ...sets];
}
