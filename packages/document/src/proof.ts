// Proofs that one value belongs to a document's digest: the names and digests of the siblings on the way up.
// Plain JSON, so that an auditor can keep one and check it without the document.
import { digestOfHex, hex, MemberHasher, valueDigest, type Digest } from './digest.js';
import type { JsonValue } from './json.js';
import { parsePath, type Segments } from './path.js';
import type { TreeNode, TreeObject } from './tree.js';

/** A member of an object by its digest, in lower-case hex. */
export interface ProofSibling {
  readonly name: string;
  readonly digest: string;
}

export interface Proof {
  readonly path: string;
  /** Per segment of the path, from the root down: the other members of the object that it names a member of, in name order. */
  readonly levels: readonly (readonly ProofSibling[])[];
}

/** The proof for what stands at `segments`; undefined when nothing does. */
export function proofOf(root: TreeObject, path: string, segments: Segments): Proof | undefined {
  const levels: ProofSibling[][] = [];
  let object: TreeObject | undefined = root;
  for (const segment of segments) {
    const child: TreeNode | undefined = object?.members.get(segment);
    if (object === undefined || child === undefined) return undefined;
    levels.push(siblings(object, segment));
    object = child.kind === 'object' ? child : undefined;
  }
  return { path, levels };
}

function siblings(object: TreeObject, except: string): ProofSibling[] {
  const others: ProofSibling[] = [];
  for (const [name, node] of object.members) if (name !== except) others.push({ name, digest: hex(node.digest) });
  return others;
}

/** Whether `value` stands at the proof's path in the document with this digest (lower-case hex). False when anything was altered. */
export function verifyProof(proof: Proof, value: JsonValue, digest: string): boolean {
  const segments = proof.path === '' ? [] : parsedSegments(proof.path);
  if (segments === undefined || segments.length !== proof.levels.length) return false;
  let current: Digest | undefined = valueDigest(value);
  for (let level = segments.length - 1; level >= 0 && current !== undefined; level--) {
    current = parentDigest(proof.levels[level] ?? [], segments[level] ?? '', current);
  }
  return current !== undefined && hex(current) === digest;
}

function parsedSegments(path: string): Segments | undefined {
  const parsed = parsePath(path);
  return parsed.ok ? parsed.value : undefined;
}

/** The digest of the object that holds `name` beside the others; undefined when a name occurs twice or a digest is invalid. */
function parentDigest(others: readonly ProofSibling[], name: string, digest: Digest): Digest | undefined {
  const members = new Map<string, Digest>([[name, digest]]);
  for (const other of others) {
    const otherDigest = digestOfHex(other.digest);
    if (otherDigest === undefined || members.has(other.name)) return undefined;
    members.set(other.name, otherDigest);
  }
  const hasher = new MemberHasher();
  for (const [member, memberDigest] of [...members].sort(([a], [b]) => (a < b ? -1 : 1))) hasher.add(member, memberDigest);
  return hasher.finish();
}
