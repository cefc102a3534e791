// Whom an environment inherits from, and who inherits from it.
import type { Environments } from './state.js';

/** An ancestor with its own, in their order: a tree of names up to the top. */
export type Ancestor = {
  readonly name: string;
  readonly parents: readonly Ancestor[];
};

/** The parents of an environment with all above them, as of now, nearest first. Empty for one that is not defined. */
export function ancestorsOf(state: Environments, name: string): readonly Ancestor[] {
  return treeAbove(name, (each) => state.environments.get(each)?.inheritsFrom ?? []);
}

/** The same as the definitions up to a revision of the stream said. Empty for one that was not defined yet. */
export function ancestorsAt(state: Environments, name: string, revision: number): readonly Ancestor[] {
  return treeAbove(name, (each) => {
    const since = state.parents.get(each)?.findLast((entry) => entry.revision <= revision);
    return since?.inheritsFrom ?? [];
  });
}

/** Every name in a tree, nearest first in each branch. */
export function ancestorNames(ancestors: readonly Ancestor[]): readonly string[] {
  return ancestors.flatMap(({ name, parents }) => [name, ...ancestorNames(parents)]);
}

/** Whether two trees hold the same names in the same places. */
export function haveSameAncestors(one: readonly Ancestor[], other: readonly Ancestor[]): boolean {
  if (one.length !== other.length) return false;
  return one.every(({ name, parents }, index) => {
    const twin = other[index];
    return twin !== undefined && twin.name === name && haveSameAncestors(parents, twin.parents);
  });
}

/** All that inherit from an environment, directly or through others, nearest first and then by name. Retired ones are left out. */
export function descendantsOf(state: Pick<Environments, 'environments'>, name: string): readonly string[] {
  const below = new Set<string>();
  for (let level: readonly string[] = [name]; level.length > 0;) {
    const parents = new Set(level);
    level = [...state.environments.values()]
      .filter((each) => !each.retired && !below.has(each.name) && each.inheritsFrom.some((parent) => parents.has(parent)))
      .map((each) => each.name)
      .sort();
    for (const each of level) below.add(each);
  }
  return [...below];
}

function treeAbove(name: string, parentsOf: (name: string) => readonly string[]): readonly Ancestor[] {
  return parentsOf(name).map((parent) => ({ name: parent, parents: treeAbove(parent, parentsOf) }));
}
