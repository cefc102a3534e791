// Leaves that no schema describes, where the policy of an environment refuses them.
import { createHash } from 'node:crypto';
import { formatPath, globSegments, type Document, type DocumentNode, type GlobSegment } from '@confledger/document';
import type { Rule, Violation } from './rules.js';

/** Sections that are known under every edition. */
const KNOWN_SECTIONS: readonly string[] = ['profiles', 'flags', '$inherit'];

/** One violation for each place that lies in no known section, the nearest to the root: a mount above it, or at it, makes it known. */
export function unknownSections({ root }: Document, rules: readonly Rule[]): readonly Violation[] {
  const known = new Known();
  for (const name of KNOWN_SECTIONS) known.add([name]);
  for (const { mount } of rules) {
    const segments = globSegments(mount);
    if (segments.ok && segments.value.length > 0) known.add(segments.value);
  }
  const found: Violation[] = [];
  collect(root, [known], [], found);
  return found;
}

/** The mounts as a tree of their segments. */
class Known {
  isMount = false;
  readonly #names = new Map<GlobSegment, Known>();

  add(segments: readonly GlobSegment[]): void {
    segments.reduce<Known>((place, segment) => place.#below(segment), this).isMount = true;
  }

  #below(segment: GlobSegment): Known {
    const known = this.#names.get(segment) ?? new Known();
    this.#names.set(segment, known);
    return known;
  }

  /** Where the mounts go on below a name: by the name itself, and by a wildcard. */
  next(name: string): Known[] {
    return [this.#names.get(name), this.#names.get(null)].filter((each) => each !== undefined);
  }
}

function collect(node: DocumentNode, places: readonly Known[], path: readonly string[], found: Violation[]): void {
  if (places.some(({ isMount }) => isMount)) return;
  if (node.kind !== 'object' || places.length === 0 || (node.members.size === 0 && path.length > 0)) {
    found.push(unknownSection(formatPath(path)));
    return;
  }
  for (const [name, member] of node.members) {
    const next = places.flatMap((place) => place.next(name));
    collect(member, next, [...path, name], found);
  }
}

function unknownSection(path: string): Violation {
  return {
    mount: '',
    path,
    pointer: null,
    keyword: 'unknownSection',
    message: `No schema describes ${path}, and the environment refuses sections that none does.`,
    remedy: 'Mount a schema there or above it, check the spelling, or let the policy of the environment say unknownSections: allowed.',
    identity: createHash('sha256').update(`unknownSection\n${path}`).digest('hex'),
  };
}
