// Where in a document a rule is mounted.
import { globSegments, type Document, type DocumentNode, type GlobSegment } from '@confledger/document';

/** A place of a document that a mount names. */
export interface MountedPlace {
  readonly segments: readonly string[];
  /** What the wildcards of the mount stand for here. */
  readonly matched: readonly string[];
  readonly node: DocumentNode;
}

const MOUNTS_REMEMBERED_MAX = 1_000;
const remembered = new Map<string, readonly GlobSegment[]>();

/** The places at which the document has something, in path order. The root is there even where it is empty. */
export function placesOf(mount: string, { root }: Document): MountedPlace[] {
  let places: MountedPlace[] = [{ segments: [], matched: [], node: root }];
  for (const part of mountSegments(mount)) places = places.flatMap((place) => below(place, part));
  return places;
}

/** How many places there are, counted up to `max` and one more. */
export function countPlaces(mount: string, document: Document, max: number): number {
  const parts = mountSegments(mount);
  const count = (node: DocumentNode, depth: number, left: number): number => {
    if (depth === parts.length) return 1;
    const part = parts[depth] ?? null;
    if (node.kind === 'leaf') return 0;
    if (part !== null) {
      const member = node.members.get(part);
      return member === undefined ? 0 : count(member, depth + 1, left);
    }
    if (depth === parts.length - 1) return node.members.size;
    let sum = 0;
    for (const member of node.members.values()) if (sum <= left) sum += count(member, depth + 1, left - sum);
    return sum;
  };
  return Math.min(count(document.root, 0, max), max + 1);
}

function below({ segments, matched, node }: MountedPlace, part: GlobSegment): MountedPlace[] {
  if (node.kind === 'leaf') return [];
  if (part === null) {
    return Array.from(node.members, ([name, member]) => ({ segments: [...segments, name], matched: [...matched, name], node: member }));
  }
  const member = node.members.get(part);
  return member === undefined ? [] : [{ segments: [...segments, part], matched, node: member }];
}

/** The segments of a mount, which was parsed before it was stored. Throws where it is none. */
export function mountSegments(mount: string): readonly GlobSegment[] {
  const known = remembered.get(mount);
  if (known !== undefined) return known;
  const segments = globSegments(mount);
  if (!segments.ok) throw new Error(`the mount of a rule is malformed: ${segments.problem.message}`);
  if (remembered.size >= MOUNTS_REMEMBERED_MAX) remembered.clear();
  remembered.set(mount, segments.value);
  return segments.value;
}
