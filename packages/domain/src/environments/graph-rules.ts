// What the graph of inheritance may never be. Each rule holds for the environment that is defined and for all below it.
import { refuse } from '../stream/refusals.js';
import { descendantsOf } from './ancestors.js';
import type { EnvironmentsRefusal } from './commands.js';
import { namesInUse, type Environment, type Environments } from './state.js';

/** Levels from an environment to the farthest of its ancestors; one without parents has depth 1. */
export const ENVIRONMENT_DEPTH_MAX = 8;
/** Ancestors of one environment. */
export const ENVIRONMENT_ANCESTORS_MAX = 16;

const PLACE = 'inheritsFrom';

/** Why the parents of a definition are refused; null when they are not. */
export function graphRefusal(state: Environments, defined: Environment): EnvironmentsRefusal | null {
  const unfit = parentRefusal(state, defined);
  if (unfit) return unfit;
  const environments = new Map(state.environments).set(defined.name, defined);
  for (const name of [defined.name, ...descendantsOf({ environments }, defined.name)]) {
    const refused = ancestryRefusal(environments, name, defined.name);
    if (refused) return refused;
  }
  return null;
}

function parentRefusal({ environments }: Environments, { name, inheritsFrom }: Environment): EnvironmentsRefusal | null {
  for (const parent of inheritsFrom) {
    const known = environments.get(parent);
    if (parent === name) return cycle(name, [name, name]);
    if (known === undefined) return unknownParent(name, parent, environments);
    if (known.retired) return retiredParent(name, parent);
    const way = wayTo(environments, parent, name);
    if (way) return cycle(name, [name, ...way]);
  }
  return null;
}

type Graph = ReadonlyMap<string, Environment>;

/** The names from one environment up to an ancestor of it, both included; null where it does not inherit from it. */
function wayTo(environments: Graph, from: string, wanted: string): readonly string[] | null {
  if (from === wanted) return [from];
  for (const parent of environments.get(from)?.inheritsFrom ?? []) {
    const way = wayTo(environments, parent, wanted);
    if (way) return [from, ...way];
  }
  return null;
}

interface Ancestry {
  /** An ancestor that was reached a second time; null while there is none. */
  twice: string | null;
  depth: number;
  readonly names: Set<string>;
}

function ancestryRefusal(environments: Graph, name: string, defined: string): EnvironmentsRefusal | null {
  const ancestry: Ancestry = { twice: null, depth: 1, names: new Set() };
  climb(environments, name, ancestry, 1);
  const where = name === defined ? name : `${name}, which inherits from ${defined},`;
  if (ancestry.twice !== null) return reachedTwice(where, ancestry.twice);
  if (ancestry.names.size > ENVIRONMENT_ANCESTORS_MAX) return tooMany(where, ancestry.names.size);
  return ancestry.depth > ENVIRONMENT_DEPTH_MAX ? tooDeep(where, ancestry.depth) : null;
}

/** Stops at the first ancestor that is reached twice, so that it visits each once. */
function climb(environments: Graph, name: string, ancestry: Ancestry, depth: number): void {
  ancestry.depth = Math.max(ancestry.depth, depth);
  for (const parent of environments.get(name)?.inheritsFrom ?? []) {
    if (ancestry.twice !== null) return;
    if (ancestry.names.has(parent)) ancestry.twice = parent;
    ancestry.names.add(parent);
    climb(environments, parent, ancestry, depth + 1);
  }
}

function unknownParent(name: string, parent: string, environments: Graph): EnvironmentsRefusal {
  const message = `${name} cannot inherit from ${parent}, which is not defined`;
  return refuse(
    'ENVIRONMENT_PARENT_UNKNOWN',
    PLACE,
    message,
    `Define ${parent} first, or name one of: ${namesInUse({ environments }).join(', ')}`,
  );
}

function retiredParent(name: string, parent: string): EnvironmentsRefusal {
  const message = `${name} cannot inherit from ${parent}, which is retired`;
  return refuse('ENVIRONMENT_PARENT_RETIRED', PLACE, message, `Define ${parent} again, which brings it back, or name another parent`);
}

function cycle(name: string, way: readonly string[]): EnvironmentsRefusal {
  const message = `${name} would inherit from itself: ${way.join(' from ')}`;
  return refuse('ENVIRONMENT_CYCLE', PLACE, message, `Leave ${way[1] ?? name} out of its parents, or change one on the way first`);
}

function reachedTwice(where: string, twice: string): EnvironmentsRefusal {
  const message = `${where} would inherit from ${twice} by two ways, so that values of one would hide those of the other`;
  return refuse('ENVIRONMENT_ANCESTOR_TWICE', PLACE, message, `Keep one of the ways to ${twice}`);
}

function tooMany(where: string, count: number): EnvironmentsRefusal {
  const message = `${where} would have ${count} ancestors, more than ${ENVIRONMENT_ANCESTORS_MAX}`;
  return refuse('ENVIRONMENT_TOO_MANY_ANCESTORS', PLACE, message, 'Inherit from fewer environments, or put what they share into one');
}

function tooDeep(where: string, depth: number): EnvironmentsRefusal {
  const message = `${where} would be ${depth} levels deep, more than ${ENVIRONMENT_DEPTH_MAX}`;
  return refuse('ENVIRONMENT_TOO_DEEP', PLACE, message, 'Inherit from an environment that is nearer to the top');
}
