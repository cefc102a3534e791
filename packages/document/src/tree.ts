// The nodes of the immutable tree that a document is. Members stand in name order, which digest, JSON and leaves rely on.
import { canonicalJson, sortNames } from './canonical.js';
import { hex, MemberHasher, valueDigest, type Digest } from './digest.js';
import { frozenCopy, objectFor } from './frozen-json.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import { DocumentFault } from './problem.js';

/** A scalar or an array; arrays are frozen, whole. `revision` is that of the change that set it, -1 without one. */
export interface LeafNode {
  readonly kind: 'leaf';
  /** About how many characters its JSON has. */
  readonly size: number;
  readonly value: JsonValue;
  readonly revision: number;
}

/** An object: its members in name order. One without members is the leaf `{}`, except at the root, which may be empty. */
export interface ObjectNode {
  readonly kind: 'object';
  /** About how many characters its JSON has. */
  readonly size: number;
  readonly members: ReadonlyMap<string, DocumentNode>;
  /** Of the last change at or below it; -1 in a document made without one. */
  readonly revision: number;
  /** Leaves below it; 1 for a `{}` that is a leaf itself, 0 for the root of the empty document. */
  readonly leafCount: number;
}

export type DocumentNode = LeafNode | ObjectNode;

/** A node as this package makes it. */
export type TreeNode = TreeLeaf | TreeObject;

/** True for an object that is no leaf: a `{}` is one. */
export function hasMembers<Node extends DocumentNode>(node: Node | undefined): node is Extract<Node, { readonly kind: 'object' }> {
  return node?.kind === 'object' && node.members.size > 0;
}

// In an object of more members than this, leaves remember their digests, so that one change does not hash all of them again
// (10,000 members: 2 ms instead of 8). In smaller objects hashing again is cheaper than the 48 bytes a leaf.
const FORGETFUL_MEMBERS_MAX = 64;

/** A leaf node that may remember its digest. */
export class TreeLeaf implements LeafNode {
  readonly kind = 'leaf';
  readonly value: JsonValue;
  readonly revision: number;
  private digestMemo: Digest | undefined;

  constructor(value: JsonValue, revision: number, sameContent?: TreeLeaf) {
    this.value = value;
    this.revision = revision;
    this.digestMemo = sameContent?.digestMemo;
  }

  get digest(): Digest {
    return this.digestMemo ?? valueDigest(this.value);
  }

  /** About how many characters its JSON has. */
  get size(): number {
    return jsonSize(this.value);
  }

  /** The digest, which is remembered from now on. */
  rememberedDigest(): Digest {
    return (this.digestMemo ??= valueDigest(this.value));
  }
}

/** An object node that remembers its digest and its JSON, both made when they are first asked for. */
export class TreeObject implements ObjectNode {
  readonly kind = 'object';
  readonly members: ReadonlyMap<string, TreeNode>;
  readonly revision: number;
  readonly leafCount: number;
  private digestMemo: Digest | undefined;
  private jsonMemo: JsonObject | undefined;
  private sizeMemo: number | undefined;

  /** `sameContent`: a node with equal content, whose memory is taken over, so that its JSON stays the same object. */
  constructor(members: ReadonlyMap<string, TreeNode>, revision: number, leafCount: number, sameContent?: TreeObject) {
    this.members = members;
    this.revision = revision;
    this.leafCount = leafCount;
    this.digestMemo = sameContent?.digestMemo;
    this.jsonMemo = sameContent?.jsonMemo;
  }

  get digest(): Digest {
    return (this.digestMemo ??= this.computeDigest());
  }

  /** The digest where it is known already. */
  get knownDigest(): Digest | undefined {
    return this.digestMemo;
  }

  /** About how many characters its JSON has: made when first asked for, and remembered. */
  get size(): number {
    return (this.sizeMemo ??= this.computeSize());
  }

  /** Plain, deep-frozen JSON. */
  get json(): JsonObject {
    return (this.jsonMemo ??= this.makeJson());
  }

  private computeDigest(): Digest {
    const hasher = new MemberHasher();
    const remember = this.members.size > FORGETFUL_MEMBERS_MAX;
    for (const [name, node] of this.members) hasher.add(name, remember && node.kind === 'leaf' ? node.rememberedDigest() : node.digest);
    return hasher.finish();
  }

  private computeSize(): number {
    let size = 2;
    for (const [name, node] of this.members) size += name.length + 4 + node.size;
    return size;
  }

  private makeJson(): JsonObject {
    const json = objectFor(this.members.keys(), this.members.size);
    for (const [name, node] of this.members) json[name] = nodeJson(node);
    return Object.freeze(json);
  }
}

/** About how many characters the JSON of a value has. */
export function jsonSize(value: JsonValue): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return SCALAR_CHARACTERS;
  let size = 2;
  if (Array.isArray(value)) for (const each of value) size += jsonSize(each) + 1;
  else for (const [name, each] of Object.entries(value)) size += name.length + 4 + jsonSize(each);
  return size;
}

/** What a number, true, false or null takes, more or less. */
const SCALAR_CHARACTERS = 6;

export function nodeJson(node: TreeNode): JsonValue {
  return node.kind === 'object' ? node.json : node.value;
}

/** The digest of what stands at a node, lower-case hex. */
export const nodeDigest = (node: DocumentNode): string => hex((node as TreeNode).digest);

/** How many leaves a node is in the count of the object above it. */
export function leafWeight(node: DocumentNode): number {
  return node.kind === 'object' ? node.leafCount : 1;
}

/** The node of a `{}`. */
export function emptyObjectNode(revision: number): TreeObject {
  return new TreeObject(new Map(), revision, 1);
}

/** The root of the empty document. */
export function emptyRoot(revision: number): TreeObject {
  return new TreeObject(new Map(), revision, 0);
}

/** The node of a scalar, an array or `{}`. Throws a DocumentFault for anything else. */
export function leafNode(value: JsonValue, revision: number): TreeNode {
  if (!isJsonObject(value)) return new TreeLeaf(frozenCopy(value), revision);
  if (Object.keys(value).length === 0) return emptyObjectNode(revision);
  throw new DocumentFault(`an object with members is not a leaf: ${canonicalJson(value).slice(0, 100)}`);
}

/** The tree of a value that was checked. */
export function treeOf(value: JsonValue, revision: number): TreeNode {
  if (!isJsonObject(value)) return leafNode(value, revision);
  const names = sortNames(Object.keys(value));
  if (names.length === 0) return emptyObjectNode(revision);
  const members = new Map<string, TreeNode>();
  let leafCount = 0;
  for (const name of names) {
    const node = treeOf(value[name] as JsonValue, revision);
    members.set(name, node);
    leafCount += leafWeight(node);
  }
  return new TreeObject(members, revision, leafCount);
}
