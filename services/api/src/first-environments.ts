// Environments at the start of an api: the first one defines them, and every later one says so where a setting asks for others.
import {
  Authentication,
  defineFirstEnvironments,
  isStreamFault,
  type DefineFirstOptions,
  type FirstEnvironments,
  type Keys,
  type Seals,
} from '@confledger/application';
import { namesInUse, type Environments } from '@confledger/domain';

export interface FirstEnvironmentsOptions extends Omit<DefineFirstOptions, 'authentication' | 'signer'> {
  /** `CONFLEDGER_ENVIRONMENTS`; null where it is not set. */
  readonly names: readonly string[] | null;
  readonly keys: Keys;
  readonly record: Seals;
  /** Whether this start made the installation. */
  readonly isNew: boolean;
  readonly logger: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

/**
 * Defines the four environments and those of the setting, where none is defined yet. Rejects as the event store does; a stream of environments
 * that cannot be read stops no start: ledgers are served without it.
 */
export async function ensureEnvironments({ names, keys, record, isNew, logger, ...options }: FirstEnvironmentsOptions): Promise<void> {
  const authentication = new Authentication({ authority: keys, seals: record });
  const defining = { ...options, ...{ signer: keys, authentication } };
  const state = await unlessBroken(defining, { names: names ?? [], existedBefore: !isNew }, logger);
  const ignored = ignoredNames(state, names ?? []);
  if (ignored.length === 0) return;
  const message =
    'CONFLEDGER_ENVIRONMENTS is ignored: it counted at the first start only. Define environments with PUT /environments/{environment}';
  logger.info({ notDefined: ignored }, message);
}

/** Null where the stream is not what was recorded, or holds what this release does not know. */
async function unlessBroken(
  options: DefineFirstOptions,
  first: FirstEnvironments,
  logger: FirstEnvironmentsOptions['logger'],
): Promise<Environments | null> {
  try {
    return await defineFirstEnvironments(options, first);
  } catch (error) {
    if (!isStreamFault(error)) throw error;
    logger.warn({ err: error }, 'the environments cannot be read: ledgers are served, and no environment is defined');
    return null;
  }
}

function ignoredNames(state: Environments | null, names: readonly string[]): readonly string[] {
  if (state === null) return [];
  const defined = namesInUse(state);
  return names.filter((name) => !defined.includes(name));
}
