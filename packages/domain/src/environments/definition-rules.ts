// What one definition may say, whatever the environments around it are.
import { EDITION_NEWEST } from '@confledger/categories';
import { canonicalJson, checkValue } from '@confledger/document';
import { LedgerId } from '../ledger/ledger-id.js';
import { refusalOf, refuse } from '../stream/refusals.js';
import type { EnvironmentsRefusal } from './commands.js';
import type { Environment, Environments } from './state.js';

/** Environments that are not retired. */
export const ENVIRONMENTS_MAX = 200;
/** Of an environment's properties as canonical JSON. */
export const ENVIRONMENT_PROPERTIES_BYTES_MAX = 8 * 1024;

/** Whether a text can name an environment: as in the name of a ledger. */
export const isEnvironmentName = (name: string): boolean => LedgerId.parse(`${name}.x`)?.environment === name;

/** Why a definition is refused by itself; null when it is not. */
export function definitionRefusal(state: Environments, defined: Environment): EnvironmentsRefusal | null {
  return (
    nameRefusal(defined.name) ??
    fixedRefusal(state.environments.get(defined.name) ?? null, defined) ??
    editionRefusal(defined) ??
    propertiesRefusal(defined) ??
    limitRefusal(state, defined)
  );
}

export function nameRefusal(name: string): EnvironmentsRefusal | null {
  if (isEnvironmentName(name)) return null;
  const message = `'${name}' is not the name of an environment`;
  return refuse('ENVIRONMENT_NAME_INVALID', 'name', message, 'Use lower-case letters, digits and dashes, 63 at most, no dash in front');
}

/** Also over a retirement: what ran there was judged under them. */
function fixedRefusal(before: Environment | null, { name, type, abstract }: Environment): EnvironmentsRefusal | null {
  if (before === null) return null;
  const remedy = 'Repeat what it was first defined with, or define another environment';
  if (before.type !== type)
    return refuse('ENVIRONMENT_TYPE_FIXED', 'type', `${name} has the type ${before.type}, which never changes`, remedy);
  if (before.abstract === abstract) return null;
  const is = before.abstract ? 'is abstract' : 'is not abstract';
  return refuse('ENVIRONMENT_ABSTRACT_FIXED', 'abstract', `${name} ${is}, which never changes`, remedy);
}

function editionRefusal({ edition }: Environment): EnvironmentsRefusal | null {
  if (edition >= 0 && edition <= EDITION_NEWEST) return null;
  const message = `This release knows no edition ${edition} of built-in schemas`;
  return refuse('EDITION_UNKNOWN', 'edition', message, `Name an edition up to ${EDITION_NEWEST}, or upgrade first`);
}

function propertiesRefusal({ properties }: Environment): EnvironmentsRefusal | null {
  const problem = checkValue(properties, 'properties');
  if (problem !== null) return refusalOf(problem);
  const bytes = Buffer.byteLength(canonicalJson(properties));
  if (bytes <= ENVIRONMENT_PROPERTIES_BYTES_MAX) return null;
  const message = `The properties have ${bytes} bytes of canonical JSON, more than ${ENVIRONMENT_PROPERTIES_BYTES_MAX}`;
  return refuse('ENVIRONMENT_PROPERTIES_TOO_LARGE', 'properties', message, 'Shorten them: what services read belongs into a ledger');
}

function limitRefusal({ environments }: Environments, { name }: Environment): EnvironmentsRefusal | null {
  const others = [...environments.values()].filter((each) => !each.retired && each.name !== name).length;
  return others < ENVIRONMENTS_MAX ? null : tooManyEnvironments(others + 1);
}

export function tooManyEnvironments(count: number): EnvironmentsRefusal {
  const message = `There would be ${count} environments, more than ${ENVIRONMENTS_MAX}`;
  return refuse('ENVIRONMENT_LIMIT', 'name', message, 'Retire one that is not used any more; those that are retired do not count');
}
