// Places that a running node must not pick up live: they keep the values that the process started with.
import { compilePlaces, formatPath, parsePath, type Document, type DocumentChange, type DocumentNode } from '@confledger/document';

export interface Held {
  readonly document: Document;
  /** Leaves that would differ if everything were taken live, in path order. */
  readonly pending: readonly string[];
}

/**
 * `next` with the values of `first` at all places under the globs, absence included. Where the two disagree on value and section, all of `first`
 * stays from the shortest such path on.
 */
export function holdPlaces(first: Document, next: Document, globs: readonly string[]): Held {
  if (globs.length === 0 || first === next) return { document: next, pending: [] };
  const isHeld = compilePlaces(globs);
  const places = new Set<string>();
  for (const { path } of first.diff(next)) if (isHeld(path)) places.add(shortestDisagreement(path, first, next) ?? path);
  if (places.size === 0) return { document: next, pending: [] };
  const document = next.apply(changesAt([...places], first, next));
  return { document, pending: next.diff(document).map(({ path }) => path) };
}

function shortestDisagreement(path: string, first: Document, next: Document): string | undefined {
  const parsed = parsePath(path);
  const segments = parsed.ok ? parsed.value : [];
  for (let depth = 1; depth <= segments.length; depth++) {
    const at = segments.slice(0, depth);
    const [before, after] = [first.nodeAt(at), next.nodeAt(at)];
    if (before !== undefined && after !== undefined && isSection(before) !== isSection(after)) return formatPath(at);
  }
  return undefined;
}

const isSection = (node: DocumentNode): boolean => node.kind === 'object' && node.members.size > 0;

function changesAt(places: readonly string[], first: Document, next: Document): DocumentChange[] {
  const deletes = places.flatMap((place) => Array.from(next.leaves(place), ({ path }) => path));
  const sets = places.flatMap((place) => Array.from(first.leaves(place), ({ path, value }) => ({ path, value })));
  // Of two places one may lie in the other.
  const kept = new Map(sets.map((set) => [set.path, set]));
  return [...new Set(deletes)].map((path): DocumentChange => ({ path })).concat([...kept.values()]);
}
