// Environments at the start of an api: the first one defines them, and every later one says so where a setting asks for others.
import { Authentication, defineFirstEnvironments, type DefineFirstOptions, type Keys, type Seals } from '@confledger/application';
import type { Environments } from '@confledger/domain';
import { namesOf } from './request/defined-environments.js';

export interface FirstEnvironmentsOptions extends Omit<DefineFirstOptions, 'authentication' | 'signer'> {
  /** `CONFLEDGER_ENVIRONMENTS`; null where it is not set. */
  readonly names: readonly string[] | null;
  readonly keys: Keys;
  readonly record: Seals;
  /** Whether this start made the installation. */
  readonly isNew: boolean;
  readonly logger: { info(details: object, message: string): void };
}

/** Defines the four environments and those of the setting, where none is defined yet. Rejects as the event store does. */
export async function ensureEnvironments({ names, keys, record, isNew, logger, ...options }: FirstEnvironmentsOptions): Promise<void> {
  const authentication = new Authentication({ authority: keys, seals: record });
  const first = { names: names ?? [], existedBefore: !isNew };
  const state = await defineFirstEnvironments({ ...options, ...{ signer: keys, authentication } }, first);
  const ignored = ignoredNames(state, names ?? []);
  if (ignored.length === 0) return;
  const message =
    'CONFLEDGER_ENVIRONMENTS is ignored: it counted at the first start only. Define environments with PUT /environments/{environment}';
  logger.info({ notDefined: ignored }, message);
}

function ignoredNames(state: Environments, names: readonly string[]): readonly string[] {
  const defined = namesOf(state);
  return names.filter((name) => !defined.includes(name));
}
