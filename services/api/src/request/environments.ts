// Which environment and service a request is about: path, query and body may each name the environment, and must agree.
import { LedgerId, type Environments } from '@confledger/domain';
import { RequestRefused } from '../errors/request-refused.js';
import { environmentUnknown } from './defined-environments.js';

/** Where a request names no environment. */
export const DEFAULT_ENVIRONMENT = 'production';

/** Names of services and environments. */
export const NAME_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The places where a request may name its environment. */
export interface NamedEnvironments {
  readonly path?: string | undefined;
  readonly query?: string | undefined;
  readonly body?: string | undefined;
}

/** What may name a ledger in a part of a request. */
interface NamedLedger {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
}

/** The parts of a request that may name its ledger. The service stands in one of them. */
interface Addressing {
  readonly parameters: NamedLedger;
  readonly query: NamedLedger;
  readonly body: NamedLedger;
}

/** The ledger that a request is about; whether its environment is defined is asked afterwards. `known`: the environments, for a refusal. */
export function addressedLedger({ parameters, query, body }: Addressing, known: Environments | null): LedgerId {
  const named = { path: parameters.environment, query: query.environment, body: body.environment };
  const environment = environmentOf(named, known) ?? DEFAULT_ENVIRONMENT;
  return LedgerId.of(environment, checkService(parameters.service ?? query.service ?? body.service ?? ''));
}

/** The environment that a request names, when it is the name of one; undefined when it names none. */
export function environmentOf(named: NamedEnvironments, known: Environments | null): string | undefined {
  const { path, query, body } = named;
  const first = path ?? query ?? body;
  if (first === undefined) return undefined;
  for (const other of [query, body]) {
    if (other !== undefined && other !== first) throw mismatch(first, other);
  }
  if (!NAME_PATTERN.test(first)) throw environmentUnknown(first, known);
  return first;
}

/** A service's name, when it is one. */
export function checkService(name: string): string {
  if (NAME_PATTERN.test(name)) return name;
  const proposal = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);
  throw RequestRefused.of('SERVICE_NAME_INVALID', {
    path: 'service',
    rule: 'service-name',
    message: `${JSON.stringify(name.slice(0, 100))} cannot be the name of a service${proposal === '' ? '' : `; did you mean ${proposal}?`}`,
    remedy: 'Use lower-case letters, digits and dashes, at most 63, beginning with a letter or digit.',
  });
}

function mismatch(one: string, other: string): Error {
  const names = [one, other].map((name) => JSON.stringify(name.slice(0, 100))).join(' and ');
  return RequestRefused.of('ENVIRONMENT_MISMATCH', {
    path: 'environment',
    rule: 'environment-agrees',
    message: `The request names two environments, ${names}`,
  });
}
