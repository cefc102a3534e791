// Violations: what is said to people and services of the failures at one place.
import { hash } from 'node:crypto';
import { canonicalJson, formatPath, leafDigest, nodeDigest, type DocumentNode, type JsonValue } from '@confledger/document';
import type { Unjudged, Violation } from '@confledger/domain';
import { FAILURES_MAX, type Failure } from './failures.js';
import { joinPointer } from './json-pointer.js';
import { sentencesOf } from './messages.js';
import type { MountedPlace } from './mounts.js';
import type { OpenRule } from './partial.js';
import type { Words } from './words.js';

/** Where a failure lies in the document. */
interface Located {
  readonly path: string;
  readonly pointer: string | null;
  /** The leaf at or inside which it lies. */
  readonly leaf: JsonValue | undefined;
  /** Steps from the leaf on. */
  readonly inside: readonly string[];
  readonly name: string | undefined;
}

/** The violations of one mount at one place, each once, at most FAILURES_MAX and one that says that there are more. */
export function violationsOf(mount: string, place: MountedPlace, failures: readonly Failure[], words: Words): Violation[] {
  const violations = new Map<string, Violation>();
  const digests = new LeafDigests();
  for (const failure of failures.slice(0, FAILURES_MAX)) {
    const violation = violationOf({ mount, place, words, digests }, failure);
    if (!violations.has(violation.identity)) violations.set(violation.identity, violation);
  }
  const listed = [...violations.values()];
  return failures.length > FAILURES_MAX ? [...listed, more(mount, place)] : listed;
}

/** What was not judged of one mount at one place. */
export function unjudgedOf(mount: string, place: MountedPlace, rules: readonly OpenRule[]): Unjudged[] {
  const unjudged = new Map<string, Unjudged>();
  for (const { steps, keyword } of rules) {
    const { path } = locate(place, steps);
    unjudged.set(`${keyword} ${path}`, { mount, path, keyword });
  }
  return [...unjudged.values()];
}

/**
 * The one violation of a place whose judgement did not come to an end. Another content is another violation: what was never judged does not stand.
 */
export function costViolation(mount: string, { segments, node }: MountedPlace): Violation {
  const path = formatPath(segments);
  return {
    mount,
    path,
    pointer: null,
    keyword: 'cost',
    message: 'The judgement by this schema took too long and was given up.',
    remedy: 'Make the schema at this mount simpler, or mount it at smaller parts of the document.',
    identity: digestOf(mount, path, 'cost', nodeDigest(node)),
  };
}

/** Of another content, too: what is not listed may have come with it. */
function more(mount: string, place: MountedPlace): Violation {
  const { segments, node } = place;
  return {
    ...costViolation(mount, place),
    message: `More than ${FAILURES_MAX} rules of this schema are broken; only the first ${FAILURES_MAX} are listed.`,
    remedy: 'Correct those that are listed, and look again.',
    identity: digestOf(mount, formatPath(segments), 'cost', 'more', nodeDigest(node)),
  };
}

interface Context {
  readonly mount: string;
  readonly place: MountedPlace;
  readonly words: Words;
  readonly digests: LeafDigests;
}

/** Digests of leaves, each made once: a thousand failures may lie in one large array. */
class LeafDigests {
  private readonly known = new Map<JsonValue, string>();

  of(leaf: JsonValue): string {
    const digest = this.known.get(leaf) ?? Buffer.from(leafDigest(leaf)).toString('hex');
    this.known.set(leaf, digest);
    return digest;
  }
}

function violationOf({ mount, place, words, digests }: Context, failure: Failure): Violation {
  const { path, pointer, leaf, inside, name } = locate(place, failure.steps);
  const { label, unit } = words.of(failure);
  const subject = label ?? subjectOf(name, inside);
  const { message, remedy } = sentencesOf(failure, { subject, unit, isInside: inside.length > 0, key: place.segments.at(-1) });
  const identity = digestOf(
    mount,
    [...place.segments, ...failure.steps],
    joinPointer(failure.node.pointer, failure.keyword),
    failure.params,
    leaf === undefined ? null : digests.of(leaf),
  );
  return { mount, path, pointer, keyword: failure.keyword, message, remedy, identity };
}

function locate({ segments, node }: MountedPlace, steps: readonly string[]): Located {
  let found: DocumentNode = node;
  let depth = 0;
  for (; depth < steps.length && found.kind === 'object'; depth++) {
    const member: DocumentNode | undefined = found.members.get(steps[depth] ?? '');
    if (member === undefined) break;
    found = member;
  }
  const outside = [...segments, ...steps.slice(0, depth)];
  const inside = steps.slice(depth);
  const leaf = found.kind === 'leaf' ? found.value : undefined;
  return {
    path: formatPath(outside),
    pointer: Array.isArray(leaf) ? joinPointer('', ...inside) : null,
    leaf,
    inside,
    name: outside.at(-1),
  };
}

function subjectOf(name: string | undefined, inside: readonly string[]): string {
  if (name === undefined) return 'The document';
  return inside.length === 0 ? name : `A part of ${name}`;
}

function digestOf(...parts: readonly JsonValue[]): string {
  return hash('sha256', canonicalJson(parts), 'hex');
}
