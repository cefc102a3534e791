// What another definition of an environment does to the ledgers that run there and below.
import { environmentFactOf, followsOthers, LedgerId, type EnvironmentFact, type Environments } from '@confledger/domain';
import { InheritanceIndex, type KnownEnvironments, type RunningLedger } from './inheritance-index.js';

/** The environments, and the last revision of their stream. */
export interface EnvironmentsAt {
  readonly state: Environments;
  readonly revision: number;
}

export interface AffectedLedgers {
  /** Ledgers that what runs no longer follows the ancestors of: each is pending until it is activated. */
  readonly pending: number;
  /** Ledgers that follow their parents by themselves from now on, and are behind them: each gets an activation. */
  readonly moved: number;
}

/** `running`: what runs in the environments that are concerned, and in those that they inherit from. */
export function affectedLedgers(before: EnvironmentsAt, after: EnvironmentsAt, running: readonly RunningLedger[]): AffectedLedgers {
  const [was, is] = [knownAt(before), knownAt(after)];
  const [behindBefore, behindAfter] = [behindIn(was, running), behindIn(is, running)];
  return {
    pending: running.filter((each) => !isAstray(was, each) && isAstray(is, each)).length,
    moved: [...behindAfter].filter((ledger) => !behindBefore.has(ledger)).length,
  };
}

function knownAt({ state, revision }: EnvironmentsAt): KnownEnvironments {
  const facts = new Map<string, EnvironmentFact>();
  return {
    state,
    known(name) {
      const fact = facts.get(name) ?? environmentFactOf(state, revision, name);
      facts.set(name, fact);
      return fact;
    },
  };
}

function behindIn(environments: KnownEnvironments, running: readonly RunningLedger[]): Set<string> {
  const index = new InheritanceIndex(environments);
  for (const each of running) index.put(each);
  return new Set(index.behind());
}

/** What runs follows other ancestors than the environment has. */
function isAstray(environments: KnownEnvironments, { ledger, definition }: RunningLedger): boolean {
  const id = LedgerId.parse(ledger);
  const fact = id === null ? null : environments.known(id.environment);
  return fact !== null && fact.standing === 'defined' && followsOthers(definition, fact);
}
