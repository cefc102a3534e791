// Which members of an answer hold only the first of what there is.
import type { Truncated } from '@confledger/contracts/http';

const NONE: Truncated = [];

/** The names of the members that are cut, in their order. */
export function cutMembers(isCut: Readonly<Record<string, boolean>>): Truncated {
  const names = Object.keys(isCut).filter((name) => isCut[name]);
  return names.length === 0 ? NONE : names;
}
