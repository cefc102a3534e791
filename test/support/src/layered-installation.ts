// An installation whose environments inherit from each other, over any event store: several cores of it are several apis. It imports the sources
// of application, for their specs.
import {
  LedgerId,
  statementOf,
  type Command,
  type EnvironmentDefinition,
  type EnvironmentsCommand,
  type Guards,
  type StatementFact,
} from '@confledger/domain';
import { createEnvironments, type EnvironmentsCore } from '../../../packages/application/src/environments/create-environments.js';
import { defineFirstEnvironments } from '../../../packages/application/src/environments/define-first.js';
import {
  createLedgers,
  type CommandOutcome,
  type EventStore,
  type LedgersCore,
  type LedgersOptions,
} from '../../../packages/application/src/index.js';
import { Authentication } from '../../../packages/application/src/loading/authentication.js';
import { countingIds, requestOf, testClock, testSigner } from './ledgers-core.js';

export const SERVICE = 'trading-engine';

export interface LayeredCore {
  readonly ledgers: LedgersCore;
  readonly environments: EnvironmentsCore;
  /** A command to the service's ledger in an environment. */
  execute(environment: string, command: Command, guards?: Guards, dryRun?: boolean): Promise<CommandOutcome>;
  /** Defines an environment; throws where that is refused. */
  define(name: string, definition: EnvironmentDefinition): Promise<void>;
}

let cores = 0;

export function layeredCore(
  store: EventStore,
  { statement = statementOf(2), ...more }: Partial<LedgersOptions> & { readonly statement?: StatementFact } = {},
): LayeredCore {
  cores += 1;
  const options = environmentsOptions(store);
  const environments = createEnvironments({
    ...options,
    oldNodes: () => Promise.resolve([]),
    olderApis: () => Promise.resolve({ seen: [], unseenRuledOut: true }),
  });
  const statementFor = () => Promise.resolve(statement);
  const tools = { store, clock: testClock(), ids: countingIds(`layered${cores}`), signer: testSigner };
  const ledgers = createLedgers({ ...tools, environments: environments.facts, statementFor, ...more });
  const id = (environment: string) => LedgerId.of(environment, SERVICE);
  return {
    ledgers,
    environments,
    execute: (environment, command, guards = {}, dryRun = false) =>
      ledgers.execute(id(environment), command, requestOf(command, { guards, dryRun })),
    async define(name, definition) {
      const command: EnvironmentsCommand = { type: 'Define', name, definition: { edition: 0, ...definition } };
      const outcome = await environments.execute(command, {
        ...requestOf({ type: 'Inherit' }),
        request: JSON.stringify([command, cores]),
        guards: {},
      });
      if (outcome.kind === 'refused') throw new Error(outcome.refusal.message);
    },
  };
}

/** Makes the first definitions, as the first start does. */
export async function defineFirst(store: EventStore): Promise<void> {
  await defineFirstEnvironments(environmentsOptions(store), { names: [], existedBefore: false, edition: 0 });
}

function environmentsOptions(store: EventStore) {
  const authentication = new Authentication({ authority: testSigner });
  return { store, signer: testSigner, ids: countingIds(`environments${cores}`), clock: testClock(), authentication };
}
