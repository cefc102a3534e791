// What the first start does about environments: defines those that there are from then on, once.
import { EDITION_NEWEST, type Environments } from '@confledger/domain';
import { createEnvironments, type EnvironmentsOptions } from './create-environments.js';

export type DefineFirstOptions = Pick<EnvironmentsOptions, 'store' | 'signer' | 'ids' | 'clock' | 'authentication'>;

export interface FirstEnvironments {
  /** Names beside the four. */
  readonly names: readonly string[];
  /** Whether the installation was there before this start. */
  readonly existedBefore: boolean;
  /** Edition of the built-in schemas that a new installation begins with. Default: the newest. */
  readonly edition?: number;
  /** Whether strings with `${` are references in a new installation. Default: on. */
  readonly references?: 'on' | 'off';
}

/**
 * Defines the first environments where the stream has no events, and answers what is defined; of two starts that try, one does. Rejects as the
 * event store does, and with an Error that says why the names are refused.
 */
export async function defineFirstEnvironments(options: DefineFirstOptions, first: FirstEnvironments): Promise<Environments> {
  const { ids } = options;
  const environments = createEnvironments({ ...options, ...NO_FACTS });
  const command = { type: 'DefineFirst', edition: EDITION_NEWEST, references: 'on', ...first } as const;
  const outcome = await environments.execute(command, {
    actor: { id: 'confledger', method: 'internal', roles: [] },
    reason: 'first start of a release with environments',
    request: JSON.stringify(command),
    correlationId: ids.next(),
    guards: {},
  });
  if (outcome.kind === 'refused' && outcome.refusal.code !== 'WRITE_CONFLICT') throw new Error(outcome.refusal.message);
  return environments.fresh();
}

/** The first start asks about no node and no other api. */
const NO_FACTS = {
  oldNodes: () => Promise.resolve([]),
  olderApis: () => Promise.resolve({ seen: [], unseenRuledOut: false }),
};
