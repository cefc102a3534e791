// Where each leaf of an effective document comes from, and what it overrides in the levels below.
import { Document } from './document.js';
import type { JsonValue } from './json.js';
import { joinPath } from './path.js';
import { hasMembers, type DocumentNode, type ObjectNode } from './tree.js';

/** A leaf of an effective document with the level that it comes from. */
export interface ExplainedLeaf {
  readonly path: string;
  /** Deep-frozen. */
  readonly value: JsonValue;
  /** That of the leaf in its own level. */
  readonly revision: number;
  /** Index of the level whose value this is. */
  readonly level: number;
  /**
   * What the farther levels have at this very path, nearest first. A level is left out where a leaf of a nearer one, at a path above, replaces
   * the object that this lies in.
   */
  readonly overrides: readonly Overridden[];
}

/** What a leaf overrides in a farther level; a `{}` is a leaf. `revision`: that of the node in its own level. */
export type Overridden =
  | { readonly level: number; readonly kind: 'leaf'; readonly value: JsonValue; readonly revision: number }
  /** `digest`: of the object, lower-case hex. */
  | { readonly level: number; readonly kind: 'object'; readonly digest: string; readonly revision: number };

/** An object of one level that is part of an object of the effective document. */
interface Part {
  readonly level: number;
  readonly members: ObjectNode['members'];
}

/** A node of one level. */
interface Found {
  readonly level: number;
  readonly node: DocumentNode;
}

const NO_OVERRIDES: readonly Overridden[] = Object.freeze([]);
const EMPTY_OBJECT = Object.freeze({});

/**
 * The leaves of the effective document in path order, each with the level it comes from and what it overrides. `levels` stand nearest first:
 * the own document, then the layers. `hidden` are paths to be taken out of the layers once these are laid over each other, as the overlay
 * takes them out; to take them out of each layer before is not the same, because a leaf that a hidden object has replaced would come back.
 * Takes time in proportion to leaves times levels. Throws a DocumentFault on an invalid path.
 */
export function* explainOverlay(levels: readonly Document[], hidden: readonly string[] = []): Generator<ExplainedLeaf, void, undefined> {
  const [own = Document.empty, ...layers] = levels;
  const laid = layers.reduceRight((lower, upper) => upper.over(lower), Document.empty);
  const effective = own.over(laid.without(hidden));
  const shown = [own, ...layers.map((layer) => layer.without(hidden))];
  const parts = shown.map(({ root }, level): Part => ({ level, members: root.members }));
  const stack = [{ path: '', members: effective.root.members.entries(), parts }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.members.next();
    if (next.done === true) {
      stack.pop();
      continue;
    }
    const [name, node] = next.value;
    const path = joinPath(top.path, name);
    if (hasMembers(node)) stack.push({ path, members: node.members.entries(), parts: partsBelow(top.parts, name) });
    else yield explained(path, node, found(top.parts, name), shown);
  }
}

/** The objects that merge at a member: as far as the first level that has a leaf there. */
function partsBelow(parts: readonly Part[], name: string): Part[] {
  const below: Part[] = [];
  for (const { level, members } of parts) {
    const node = members.get(name);
    if (node === undefined) continue;
    if (!hasMembers(node)) break;
    below.push({ level, members: node.members });
  }
  return below;
}

function found(parts: readonly Part[], name: string): Found[] {
  const all: Found[] = [];
  for (const { level, members } of parts) {
    const node = members.get(name);
    if (node !== undefined) all.push({ level, node });
  }
  return all;
}

function explained(path: string, node: DocumentNode, [source, ...deeper]: readonly Found[], levels: readonly Document[]): ExplainedLeaf {
  const overrides = deeper.length === 0 ? NO_OVERRIDES : deeper.map((each) => overridden(path, each, levels));
  return { path, value: leafValue(node), revision: node.revision, level: source?.level ?? 0, overrides };
}

function overridden(path: string, { level, node }: Found, levels: readonly Document[]): Overridden {
  const { revision } = node;
  if (hasMembers(node)) return { level, kind: 'object', digest: levels[level]?.digestAt(path) ?? '', revision };
  return { level, kind: 'leaf', value: leafValue(node), revision };
}

function leafValue(node: DocumentNode): JsonValue {
  return node.kind === 'leaf' ? node.value : EMPTY_OBJECT;
}
