// What the events of all environments add up to: each one's newest definition, and whose parents were which at every revision.
import type { Recorded } from '../stream/events.js';
import { EventMisfit } from '../stream/stream-state.js';
import type { EnvironmentDefined, EnvironmentsEvent } from './events.js';

type Definition = EnvironmentDefined['data'];

/** One environment, as its newest definition says. */
export interface Environment extends Definition {
  readonly retired: boolean;
  /** Of its last event: its entity tag. */
  readonly revision: number;
}

/** All environments of the installation. */
export interface Environments {
  /** By name, in the order of their first definitions; also those that are retired. */
  readonly environments: ReadonlyMap<string, Environment>;
  /** Whether the installation is older than its environments: then apis that show no heartbeat may exist. */
  readonly existedBefore: boolean;
  /** Whether anything was defined or retired after the first start. */
  readonly hasLaterEvents: boolean;
  /** By name: every list of parents there was, oldest first. */
  readonly parents: ReadonlyMap<string, readonly ParentsSince[]>;
}

/** The parents that a definition gave, and from which revision of the stream on. */
export interface ParentsSince {
  readonly revision: number;
  readonly inheritsFrom: readonly string[];
}

/** The fact that the first change set of an existing installation records: the stream of the installation, by its name. */
export const EXISTING_INSTALLATION_FACT = 'installation';

const NONE: Environments = { environments: new Map(), existedBefore: false, hasLaterEvents: false, parents: new Map() };

/** Folds one change set in. */
export function applyEnvironments(state: Environments | null, events: readonly Recorded<EnvironmentsEvent>[]): Environments {
  if (state !== null) return events.reduce(withEvent, { ...state, hasLaterEvents: true });
  const existedBefore = events[0]?.metadata.facts?.[EXISTING_INSTALLATION_FACT] !== undefined;
  return events.reduce(withEvent, { ...NONE, existedBefore });
}

function withEvent(state: Environments, event: Recorded<EnvironmentsEvent>): Environments {
  return event.type === 'EnvironmentDefined' ? withDefinition(state, event) : withRetirement(state, event);
}

function withDefinition(state: Environments, { data, revision }: Recorded<EnvironmentDefined>): Environments {
  const { name, type, inheritsFrom, abstract, properties, policy, edition } = data;
  const environment = { name, type, inheritsFrom, abstract, properties, policy, edition, retired: false, revision };
  const before = state.parents.get(name) ?? [];
  const newest = before.at(-1);
  const isSame = newest !== undefined && haveSameParents(newest, data);
  const next = {
    ...state,
    environments: new Map(state.environments).set(name, environment),
    parents: isSame ? state.parents : new Map(state.parents).set(name, [...before, { revision, inheritsFrom }]),
  };
  assertTree(next, name);
  return next;
}

function withRetirement(state: Environments, { data, revision }: Recorded<EnvironmentsEvent>): Environments {
  const before = state.environments.get(data.name);
  if (before === undefined) throw new EventMisfit(`the environment ${data.name} is not defined`);
  return { ...state, environments: new Map(state.environments).set(data.name, { ...before, retired: true, revision }) };
}

/** Whoever walks up from an environment comes to an end. */
function assertTree({ environments }: Environments, name: string): void {
  const above = new Set<string>();
  const waiting = [name];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const parent of environments.get(next)?.inheritsFrom ?? []) {
      if (parent === name) throw new EventMisfit(`the environment ${name} would inherit from itself`);
      if (!environments.has(parent)) throw new EventMisfit(`the environment ${name} inherits from ${parent}, which is not defined`);
      if (above.has(parent)) continue;
      above.add(parent);
      waiting.push(parent);
    }
  }
}

type WithParents = Pick<Definition, 'inheritsFrom'>;

export function haveSameParents({ inheritsFrom: one }: WithParents, { inheritsFrom: other }: WithParents): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

/** Names of the environments that are not retired, in the order of their first definitions. */
export function namesInUse({ environments }: Pick<Environments, 'environments'>): readonly string[] {
  return [...environments.values()].filter(({ retired }) => !retired).map(({ name }) => name);
}
