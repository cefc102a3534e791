// What judgements said, remembered by what they depend on, so that an unchanged subtree is not judged again.
import { canonicalJson } from '@confledger/document';
import type { Rule, ToJudge, Unjudged, Violation } from '@confledger/domain';
import { KnownPlaces } from './known-places.js';
import { modeKey } from './mode.js';
import type { MountedPlace } from './mounts.js';

/** What one rule says of one place. */
export interface Verdict {
  readonly violations: readonly Violation[];
  readonly unjudged: readonly Unjudged[];
}

/** Most memory that remembered verdicts take, in bytes, estimated. */
export const VERDICTS_BYTES_MAX = 64 * 1024 * 1024;

const BYTES_PER_CHARACTER = 2;
/** An entry of a map, its key's header, and the verdict's object. */
const ENTRY_BYTES = 200;
const ITEM_BYTES = 200;

/**
 * What a verdict depends on: the validator, the mount, the mode of the judgement, what the wildcards of the mount and its last segment stand for,
 * and the content of the subtree. `token.B` with the content of `token.A` is another key.
 */
export function verdictKey(validatorId: string, { mount }: Rule, { segments, matched }: MountedPlace, toJudge: ToJudge): string {
  const digest = toJudge.document.digestAt(segments) ?? '';
  const names = matched.length === 0 ? '' : canonicalJson(matched);
  return `${validatorId}${digest}${modeKey(toJudge)}${mount}\n${names}`;
}

/** A place with the key that the verdict of one rule at it is remembered by. */
export interface KeyedPlace {
  readonly place: MountedPlace;
  readonly key: string;
}

/** Verdicts by their keys, least recently used first. */
export class Verdicts {
  /** Places that are known to hold without their keys. */
  readonly places = new KnownPlaces();
  private readonly byKey = new Map<string, Verdict>();
  private readonly bytesMax: number;
  private bytes = 0;

  constructor(bytesMax = VERDICTS_BYTES_MAX) {
    this.bytesMax = bytesMax;
  }

  get size(): number {
    return this.byKey.size;
  }

  /** Bytes that the verdicts take, estimated. */
  get estimatedBytes(): number {
    return this.bytes;
  }

  /** Whether the verdict is remembered; does not count as a use. */
  has(key: string): boolean {
    return this.byKey.has(key);
  }

  recall(key: string): Verdict | undefined {
    const verdict = this.byKey.get(key);
    if (verdict === undefined) return undefined;
    this.byKey.delete(key);
    this.byKey.set(key, verdict);
    return verdict;
  }

  /** The verdicts of places; what is not remembered is made, and remembered. Undefined where one is not made. */
  recallOrMake(places: readonly KeyedPlace[], make: (place: MountedPlace) => Verdict | undefined): readonly Verdict[] | undefined {
    const all: Verdict[] = [];
    for (const { place, key } of places) {
      const recalled = this.recall(key);
      const verdict = recalled ?? make(place);
      if (verdict === undefined) return undefined;
      if (recalled === undefined) this.remember(key, verdict);
      all.push(verdict);
    }
    return all;
  }

  remember(key: string, verdict: Verdict): void {
    this.forget(key);
    this.byKey.set(key, verdict);
    this.bytes += bytesOf(key, verdict);
    for (const oldest of this.byKey.keys()) {
      if (this.bytes <= this.bytesMax) break;
      this.forget(oldest);
    }
  }

  private forget(key: string): void {
    const verdict = this.byKey.get(key);
    if (verdict === undefined) return;
    this.byKey.delete(key);
    this.bytes -= bytesOf(key, verdict);
  }
}

function bytesOf(key: string, { violations, unjudged }: Verdict): number {
  let characters = key.length;
  for (const { path, pointer, message, remedy, identity } of violations) {
    characters += path.length + (pointer?.length ?? 0) + message.length + remedy.length + identity.length;
  }
  for (const { path } of unjudged) characters += path.length;
  return characters * BYTES_PER_CHARACTER + ENTRY_BYTES + (violations.length + unjudged.length) * ITEM_BYTES;
}
