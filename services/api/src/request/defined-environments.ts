// Whether the environment that a request names is defined. One that is known to be needs no read: it stays defined for ever. That one is not is
// said only on a state that was confirmed after the request came.
import { EventStoreUnavailable, isStreamFault, type EnvironmentsCore, type Ledgers } from '@confledger/application';
import type { Operation } from '@confledger/contracts/http';
import { nearestWord } from '@confledger/document';
import { namesInUse, type Environments, type LedgerId } from '@confledger/domain';
import { RequestRefused } from '../errors/request-refused.js';

/** The environments as the api knows them, and the ledgers that may lie outside of them. */
export interface DefinedParts {
  readonly environments: Pick<EnvironmentsCore, 'known' | 'fresh'>;
  readonly ledgers: Pick<Ledgers, 'activation'>;
}

/** Needs no read. */
export function isKnownToBeDefined({ environments }: Pick<DefinedParts, 'environments'>, name: string): boolean {
  return environments.known?.environments.has(name) ?? false;
}

/**
 * Refuses a call about a ledger whose environment is not defined: a write always, a reading where there is no such ledger. While the
 * environments cannot be read nothing is refused: the ledger's own stream is in the same store and answers for itself.
 */
export async function requireLedgersEnvironment(parts: DefinedParts, { access }: Operation, ledger: LedgerId): Promise<void> {
  const state = await confirmedEnvironments(parts);
  if (state === null || state.environments.has(ledger.environment)) return;
  if (access !== 'read' && access !== 'report') throw environmentUndefined(ledger.environment);
  if ((await parts.ledgers.activation(ledger)).kind === 'unknown') throw environmentUnknown(ledger.environment, state);
}

/** Refuses a filter that names an environment that is not defined. */
export async function requireDefined(parts: DefinedParts, name: string | undefined): Promise<void> {
  if (name === undefined || isKnownToBeDefined(parts, name)) return;
  const state = await confirmedEnvironments(parts);
  if (state !== null && !state.environments.has(name)) throw environmentUnknown(name, state);
}

/** Refuses what is about nodes where the environment has none: one that is abstract; and, for the feed, one that is retired. */
export async function requireNodes(parts: DefinedParts, { environment: name }: LedgerId, what: 'feed' | 'report'): Promise<void> {
  const known = parts.environments.known?.environments.get(name);
  // What is abstract stays so. Only whether an environment is retired changes.
  const environment =
    what === 'report' && known !== undefined ? known : ((await confirmedEnvironments(parts))?.environments.get(name) ?? known);
  if (environment?.abstract === true) throw RequestRefused.of('ENVIRONMENT_ABSTRACT', { path: 'environment', message: abstractText(name) });
  if (what === 'feed' && environment?.retired === true)
    throw RequestRefused.of('ENVIRONMENT_RETIRED', { path: 'environment', message: `${name} is retired, so that nodes are not fed` });
}

/** Null while they cannot be read. */
async function confirmedEnvironments({ environments }: Pick<DefinedParts, 'environments'>): Promise<Environments | null> {
  try {
    return await environments.fresh();
  } catch (error) {
    if (error instanceof EventStoreUnavailable || isStreamFault(error)) return null;
    throw error;
  }
}

/** `state` null: it is not known which there are. */
export function environmentUnknown(name: string, state: Environments | null): RequestRefused {
  const names = state === null ? [] : namesInUse(state);
  const nearest = nearestWord(name, names);
  return RequestRefused.of('ENVIRONMENT_UNKNOWN', {
    path: 'environment',
    rule: 'environment-defined',
    message: `Environment ${JSON.stringify(name.slice(0, 100))} is not defined${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    remedy: names.length === 0 ? undefined : `Use one of ${names.join(', ')}.`,
  });
}

function environmentUndefined(name: string): RequestRefused {
  return RequestRefused.of('ENVIRONMENT_UNDEFINED', {
    path: 'environment',
    message: `Environment ${name} is not defined: what is there is read as before, and nothing is written`,
    remedy: `Define it with PUT /environments/${name} { "type": "…" }, or name one that is defined.`,
  });
}

function abstractText(name: string): string {
  return `${name} is abstract: it is only inherited from, and no node runs it`;
}
