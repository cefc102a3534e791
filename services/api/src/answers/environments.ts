// What answers say of environments.
import { formatPosition, type Outcome } from '@confledger/application';
import { canonicalJson, parseJsonText, type JsonObject } from '@confledger/document';
import type {
  AncestorItem,
  EnvironmentAnswer,
  EnvironmentItem,
  EnvironmentPolicyItem,
  EnvironmentWriteAnswer,
} from '@confledger/contracts/http';
import { ancestorsOf, descendantsOf, type Ancestor, type Environment, type Environments, type EnvironmentsTypes } from '@confledger/domain';

export type EnvironmentDone = Extract<Outcome<EnvironmentsTypes>, { readonly kind: 'done' }>;

export function showEnvironment({ name, policy, ...rest }: Environment): EnvironmentItem {
  const { type, inheritsFrom, abstract, edition, retired, revision } = rest;
  // Events keep no order of members: every api shows them in one.
  const { unknownSections, reasonRequired, writes, inherited, references = 'off' } = policy;
  const properties = parseJsonText(canonicalJson(rest.properties)) as JsonObject;
  const shown: EnvironmentPolicyItem = { unknownSections, reasonRequired, writes, inherited, references };
  return { environment: name, type, inheritsFrom, abstract, properties, policy: shown, edition, retired, revision };
}

/** With ancestors and descendants; `position` is that of the state. */
export function environmentAnswer(state: Environments, environment: Environment, position: string): EnvironmentAnswer {
  const { name } = environment;
  return {
    ...showEnvironment(environment),
    ...{ ancestors: ancestorsOf(state, name).map(showAncestor), descendants: descendantsOf(state, name), position },
  };
}

function showAncestor({ name, parents }: Ancestor): AncestorItem {
  return { environment: name, parents: parents.map(showAncestor) };
}

/** The answer to a definition or a retirement. */
export function environmentWriteAnswer(done: EnvironmentDone, name: string, installation: string): EnvironmentWriteAnswer {
  const { before, after, dryRun, commandId } = done;
  const environment = after.state?.environments.get(name);
  if (after.state === null || environment === undefined) throw new TypeError('What was defined or retired is in the state after it.');
  const created = before.state?.environments.has(name) !== true;
  const changed = after.revision !== before.revision;
  const position = formatPosition(installation, done.position);
  return { ...environmentAnswer(after.state, environment, position), ...{ changed, created, dryRun, commandId, affected: null } };
}
