// What a command does to the environments: events, nothing, a refusal, or the need of facts. Pure.
import { EDITION_NEWEST } from '@confledger/categories';
import { canonicalJson, nearestWord } from '@confledger/document';
import type { Decision, DecisionContext, Need } from '../stream/aggregate.js';
import { refuse } from '../stream/refusals.js';
import { descendantsOf } from './ancestors.js';
import {
  ALL_APIS,
  type EnvironmentDefinition,
  type EnvironmentsCommand,
  type EnvironmentsRefusal,
  type EnvironmentsTypes,
} from './commands.js';
import { definitionRefusal, ENVIRONMENTS_MAX, nameRefusal, tooManyEnvironments } from './definition-rules.js';
import { ENVIRONMENT_TYPES, type EnvironmentDefined, type EnvironmentsEvent, type EnvironmentType } from './events.js';
import { graphRefusal } from './graph-rules.js';
import { environmentGuardRefusal } from './guards.js';
import { policyOf } from './policies.js';
import { EXISTING_INSTALLATION_FACT, haveSameParents, type Environment, type Environments } from './state.js';
import { nodesTooOld, upgradeUnfinished } from './upgrade-rules.js';

type EnvironmentsDecision = Decision<EnvironmentsTypes>;
type Context = DecisionContext<EnvironmentsTypes>;
type CommandOf<Type extends EnvironmentsCommand['type']> = Extract<EnvironmentsCommand, { readonly type: Type }>;

export function decideEnvironments(state: Environments | null, command: EnvironmentsCommand, context: Context): EnvironmentsDecision {
  if (command.type === 'DefineFirst') return state === null ? first(command, context) : NOTHING;
  const unfit = nameRefusal(command.name);
  if (unfit) return refused(unfit);
  if (state === null) return refused(notStarted());
  const guarded = environmentGuardRefusal(command.name, state.environments.get(command.name) ?? null, context.guards);
  if (guarded) return refused(guarded);
  return command.type === 'Define' ? define(state, command, context) : retire(state, command, context);
}

const NOTHING: EnvironmentsDecision = { kind: 'nothing', meant: null };
const refused = (refusal: EnvironmentsRefusal): EnvironmentsDecision => ({ kind: 'refused', refusal });
const accepted = (events: readonly EnvironmentsEvent[]): EnvironmentsDecision => ({ kind: 'accepted', events, meant: null });

/** Names beyond the four are those of an installation's own settings: the careful type is the right one for what runs already. */
function first({ names, existedBefore, edition: wanted, references }: CommandOf<'DefineFirst'>, { facts }: Context): EnvironmentsDecision {
  const types = new Map<string, EnvironmentType>(ENVIRONMENT_TYPES.map((type) => [type, type]));
  for (const name of names) {
    const unfit = nameRefusal(name);
    if (unfit) return refused(unfit);
    if (!types.has(name)) types.set(name, 'production');
  }
  if (types.size > ENVIRONMENTS_MAX) return refused(tooManyEnvironments(types.size));
  if (existedBefore && facts.get('installation', EXISTING_INSTALLATION_FACT) === undefined)
    return { kind: 'needs', needs: [{ sort: 'installation', key: EXISTING_INSTALLATION_FACT }], meant: null };
  const edition = existedBefore ? 0 : wanted;
  const policy = { references: existedBefore ? 'off' : references } as const;
  return accepted([...types].map(([name, type]) => definedEvent(name, { type, edition, policy }, null)));
}

function define(state: Environments, { name, definition }: CommandOf<'Define'>, context: Context): EnvironmentsDecision {
  const before = state.environments.get(name) ?? null;
  const event = definedEvent(name, definition, before);
  const defined: Environment = { ...event.data, retired: false, revision: before?.revision ?? -1 };
  const unfit = definitionRefusal(state, defined) ?? graphRefusal(state, defined);
  if (unfit) return refused(unfit);
  if (before !== null && isSame(before, defined)) return NOTHING;
  const isGivenParents = defined.inheritsFrom.length > 0 && !(before !== null && !before.retired && haveSameParents(before, defined));
  const heirs = isGivenParents && context.guards.acceptOldNodes !== true ? [name, ...descendantsOf(state, name)] : [];
  return onFacts(state, context, heirs, event);
}

function retire(state: Environments, { name }: CommandOf<'Retire'>, context: Context): EnvironmentsDecision {
  const before = state.environments.get(name);
  if (before === undefined) return refused(unknown(state, name));
  if (before.retired) return NOTHING;
  const heirs = [...state.environments.values()].filter((each) => !each.retired && each.inheritsFrom.includes(name));
  if (heirs.length > 0) return refused(inheritedFrom(name, heirs));
  return onFacts(state, context, [], { type: 'EnvironmentRetired', data: { name } });
}

/** `heirs`: environments whose ledgers get layers, which their nodes must be able to verify. */
function onFacts(state: Environments, { facts }: Context, heirs: readonly string[], event: EnvironmentsEvent): EnvironmentsDecision {
  const apis = facts.get('olderApis', ALL_APIS);
  const nodes = heirs.map((heir) => ({ heir, old: facts.get('oldNodes', heir) }));
  const needs: Need<EnvironmentsTypes>[] = nodes
    .filter(({ old }) => old === undefined)
    .map(({ heir }) => ({ sort: 'oldNodes', key: heir }));
  if (apis === undefined) needs.push({ sort: 'olderApis', key: ALL_APIS });
  if (apis === undefined || needs.length > 0) return { kind: 'needs', needs, meant: null };
  const unfit = upgradeUnfinished(state, apis) ?? nodesTooOld(nodes.flatMap(({ old }) => old ?? []));
  return unfit ? refused(unfit) : accepted([event]);
}

/** A definition that names no edition keeps the one in force, and one that does not say whether references are on what holds: no release changes a rule. */
function definedEvent(name: string, definition: EnvironmentDefinition, before: Environment | null): EnvironmentDefined {
  const { type, inheritsFrom = [], abstract = false, properties = {}, edition = before?.edition ?? EDITION_NEWEST } = definition;
  const policy = policyOf(type, definition.policy ?? {}, before?.policy ?? null, 'on');
  return { type: 'EnvironmentDefined', data: { name, type, inheritsFrom, abstract, properties, policy, edition } };
}

function isSame(before: Environment, defined: Environment): boolean {
  const { retired, inheritsFrom, properties, policy, edition } = before;
  const other = [defined.inheritsFrom, defined.properties, defined.policy, defined.edition];
  return !retired && canonicalJson([inheritsFrom, properties, policy, edition]) === canonicalJson(other);
}

/** Only while the first start of this release has not come to its end. */
function notStarted(): EnvironmentsRefusal {
  const message = 'The first start has not defined the environments yet';
  return refuse('UPGRADE_UNFINISHED', null, message, 'Send the request again in a moment');
}

function unknown({ environments }: Environments, name: string): EnvironmentsRefusal {
  const names = [...environments.keys()];
  const near = nearestWord(name, names);
  const remedy = near === undefined ? `Name one of: ${names.join(', ')}` : `Did you mean ${near}? There are: ${names.join(', ')}`;
  return refuse('ENVIRONMENT_UNKNOWN', 'name', `There is no environment ${name}`, remedy);
}

function inheritedFrom(name: string, heirs: readonly Environment[]): EnvironmentsRefusal {
  const names = heirs.map((each) => each.name).join(', ');
  const message = `${name} cannot be retired while it is inherited from by: ${names}`;
  return refuse('ENVIRONMENT_INHERITED_FROM', null, message, `Define ${names} without ${name} among the parents first`);
}
