// What is wrong with the references of a document, as far as the document itself says: malformed ones, cycles, and what grows too large.
// Server and nodes check by it.
import type { Document, JsonValue, ObjectNode } from '@confledger/document';
import { textOfScalar } from './conversions.js';
import { referencesIn, type LeafReferences } from './leaf-texts.js';
import { EXPANSIONS_MAX, REFERENCE_LEVELS_MAX, RESOLVED_BYTES_MAX } from './limits.js';
import { markedLeaves } from './marked-leaves.js';
import { givenBy, targetLeaf, whyNoLeaf } from './path-values.js';
import { referenceName, type Reference } from './reference-syntax.js';

export interface ReferenceFlaw {
  readonly path: string;
  /** 'unresolved': a path gives nothing here and now; where the document goes on to change, it may later. */
  readonly kind: 'malformed' | 'circular' | 'too-deep' | 'too-many' | 'too-large' | 'unresolved';
  /** Whole sentences. They quote nothing but what references name. */
  readonly message: string;
  readonly remedy: string;
}

/** In path order, one for each leaf at most. */
export function referenceFlaws(document: Document): readonly ReferenceFlaw[] {
  const known = remembered.get(document.root);
  if (known !== undefined) return known;
  const flaws = new ReferenceGraph(document).flaws();
  remembered.set(document.root, flaws);
  return flaws;
}

const remembered = new WeakMap<ObjectNode, readonly ReferenceFlaw[]>();

/** A leaf with references, and what follows from them. */
interface Leaf extends LeafReferences {
  readonly path: string;
  readonly targets: readonly string[];
  state: 'new' | 'open' | 'done' | 'circular';
  levels: number;
  expansions: number;
  bytes: number;
}

class ReferenceGraph {
  readonly #document: Document;
  readonly #leaves = new Map<string, Leaf>();

  constructor(document: Document) {
    this.#document = document;
    for (const { path, value } of markedLeaves(document)) this.#add(path, value);
  }

  flaws(): readonly ReferenceFlaw[] {
    for (const leaf of this.#leaves.values()) this.#measure(leaf);
    let expansions = 0;
    const found: ReferenceFlaw[] = [];
    for (const leaf of this.#leaves.values()) {
      expansions += leaf.expansions;
      const flaw = this.#flawOf(leaf, expansions);
      if (flaw !== null) found.push(flaw);
    }
    return found;
  }

  #add(path: string, value: JsonValue): void {
    const { texts, references, flaw } = referencesIn(value);
    const targets = references.filter(({ scheme }) => scheme === 'path').map(({ path: target }) => target);
    this.#leaves.set(path, { texts, references, flaw, path, targets, state: 'new', levels: 0, expansions: 0, bytes: 0 });
  }

  /** Depth first, with a stack of its own: a chain may be as long as the document. */
  #measure(start: Leaf): void {
    const stack = [{ leaf: start, next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { leaf } = top;
      if (leaf.state === 'new') leaf.state = 'open';
      const target = leaf.state === 'open' ? this.#leaves.get(leaf.targets[top.next] ?? '') : undefined;
      if (leaf.state === 'open' && top.next < leaf.targets.length) {
        top.next += 1;
        if (target?.state === 'new') stack.push({ leaf: target, next: 0 });
        else if (target?.state === 'open')
          for (const each of stack.slice(stack.findIndex((one) => one.leaf === target))) each.leaf.state = 'circular';
        continue;
      }
      if (leaf.state === 'open') this.#finish(leaf);
      stack.pop();
    }
  }

  #finish(leaf: Leaf): void {
    leaf.state = 'done';
    for (const target of leaf.targets) {
      const { levels, expansions } = this.#leaves.get(target) ?? { levels: 0, expansions: 0 };
      leaf.levels = Math.max(leaf.levels, levels + 1);
      leaf.expansions += expansions;
    }
    leaf.expansions = Math.min(leaf.expansions + leaf.references.length, EXPANSIONS_MAX + 1);
    for (const { parts } of leaf.texts) for (const part of parts) leaf.bytes += this.#bytesOf(part);
  }

  /** At least so many: what variables and files hold is not known. */
  #bytesOf(part: string | Reference): number {
    if (typeof part === 'string') return Buffer.byteLength(part);
    if (part.scheme !== 'path') return 0;
    const marked = this.#leaves.get(part.path);
    if (marked !== undefined) return marked.bytes;
    return Buffer.byteLength(textOfScalar(targetLeaf(this.#document, part)) ?? '');
  }

  #flawOf(leaf: Leaf, expansions: number): ReferenceFlaw | null {
    const { path } = leaf;
    if (leaf.flaw !== null) return { path, kind: 'malformed', ...inPath(path, leaf.flaw) };
    if (leaf.state === 'circular') return circular(leaf);
    if (leaf.levels > REFERENCE_LEVELS_MAX) return tooDeep(path);
    if (leaf.bytes > RESOLVED_BYTES_MAX) return tooLarge(path);
    if (expansions > EXPANSIONS_MAX) return tooMany(path);
    for (const { parts, alone } of leaf.texts) {
      for (const part of parts) {
        const why = typeof part === 'object' && part.scheme === 'path' ? this.#whyUnresolved(part, part === alone) : null;
        if (why !== null) return unresolved(path, why);
      }
    }
    return null;
  }

  #whyUnresolved(reference: Reference, isAlone: boolean): string | null {
    if (reference.fallback !== null) return null;
    const node = this.#document.nodeAt(reference.segments);
    if (node?.kind !== 'leaf') return whyNoLeaf(reference, node);
    // What that one gives is not known.
    if (this.#leaves.has(reference.path)) return null;
    const given = givenBy(reference, node.value, isAlone);
    return given.ok ? null : given.why;
  }
}

const inPath = (path: string, { message, remedy }: { readonly message: string; readonly remedy: string }) => ({
  message: `${path} holds a malformed reference. ${message}`,
  remedy,
});

function circular({ path, targets }: Leaf): ReferenceFlaw {
  const named = targets.map((name) => referenceName({ scheme: 'path', name })).join(', ');
  return {
    path,
    kind: 'circular',
    message: `The references of ${path} lead back to it, by ${named}.`,
    remedy: 'Put the value into one of the places, and let the others refer to it.',
  };
}

function tooDeep(path: string): ReferenceFlaw {
  const message = `${path} refers to a path that refers to another one, and so on: more than ${REFERENCE_LEVELS_MAX} levels.`;
  return { path, kind: 'too-deep', message, remedy: 'Refer to the place that holds the value.' };
}

function tooLarge(path: string): ReferenceFlaw {
  const message = `With its references resolved ${path} has more than ${RESOLVED_BYTES_MAX / 1024} KiB.`;
  return { path, kind: 'too-large', message, remedy: 'Refer to shorter values, or to fewer.' };
}

function tooMany(path: string): ReferenceFlaw {
  const message = `Up to ${path} more than ${EXPANSIONS_MAX.toLocaleString('en')} references would have to be resolved, those behind others included.`;
  return { path, kind: 'too-many', message, remedy: 'Use fewer references, or refer to the places that hold the values.' };
}

function unresolved(path: string, why: string): ReferenceFlaw {
  const remedy = 'Set what it names, name another path, or give a default: ${path:a.b:-default}.';
  return { path, kind: 'unresolved', message: `The reference in ${path} gives nothing: ${why}.`, remedy };
}
