// Which profiles of a document can be on at once: what is judged must hold with each combination, and not only now.
import type { Document } from '@confledger/document';
import { isWithin, mayHold } from './conditions.js';
import { COMBINATIONS_MAX } from './limits.js';
import { profilesOf, type Profile } from './profiles.js';
import { WEEK_DAYS } from './zoned-time.js';

const DAY_MINUTES = 24 * 60;

/** Profiles that can be on together, with their order; one at least. */
export type Combination = readonly [Profile, ...Profile[]];

/**
 * The combinations of some of the document's profiles, without the empty one; null where there would be more than COMBINATIONS_MAX with it.
 * Profiles of another environment, of a flag that is not enabled and without conditions are never on; times of one zone that do not meet
 * exclude each other. Load may be on or off at any time.
 */
export function combinationsOf(document: Document, environment: string, isTouching: (profile: Profile) => boolean): Combination[] | null {
  const able = profilesOf(document).all.filter(
    (profile) => profile.conditions !== null && mayHold(profile.conditions, document, environment) && isTouching(profile),
  );
  const found: Combination[] = [];
  const grow = (chosen: readonly Profile[], from: number): boolean => {
    for (let index = from; index < able.length; index++) {
      const next = able[index];
      if (next === undefined || !canMeet([...chosen, next])) continue;
      const combination: Combination = [chosen[0] ?? next, ...(chosen.length === 0 ? [] : [...chosen.slice(1), next])];
      if (found.push(combination) >= COMBINATIONS_MAX || !grow(combination, index + 1)) return false;
    }
    return true;
  };
  return grow([], 0) ? found : null;
}

/** Clocks of different zones may show anything to each other. */
function canMeet(profiles: readonly Profile[]): boolean {
  const byZone = new Map<string, Profile[]>();
  for (const profile of profiles) {
    const zone = profile.conditions?.zone ?? null;
    if (zone !== null) byZone.set(zone, [...(byZone.get(zone) ?? []), profile]);
  }
  return [...byZone.values()].every(haveCommonTime);
}

/** All that begins and ends does so at one of their times: it is enough to look at those. */
function haveCommonTime(profiles: readonly Profile[]): boolean {
  const starts = new Set(profiles.flatMap(({ conditions }) => (conditions?.time ? [conditions.time.from, 0] : [0])));
  for (let day = 0; day < WEEK_DAYS; day++)
    for (const minute of starts)
      if (profiles.every(({ conditions }) => conditions !== null && isWithin(conditions, { day, minute: minute % DAY_MINUTES })))
        return true;
  return false;
}
