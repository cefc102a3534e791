// What a ledger's decisions know of its environment.
import { nearestWord } from '@confledger/document';
import { refuse } from '../stream/refusals.js';
import { ancestorsAt, ancestorsOf, haveSameAncestors, type Ancestor } from '../environments/ancestors.js';
import type { EnvironmentPolicy } from '../environments/events.js';
import { categoryRules } from '../schemas/in-force.js';
import type { Rule } from '../schemas/rules.js';
import { namesInUse, type Environments } from '../environments/state.js';
import type { LedgerRefusal } from './commands.js';
import type { LedgerId } from './ledger-id.js';

/** An environment as its newest definition says, and as older ones said. */
export interface EnvironmentFact {
  readonly standing: 'defined' | 'retired' | 'undefined';
  /** Whether nodes run it. */
  readonly abstract: boolean;
  readonly policy: Pick<EnvironmentPolicy, 'reasonRequired' | 'writes' | 'inherited' | 'unknownSections' | 'references'>;
  /** Number of the set of built-in schemas in force. */
  readonly edition: number;
  /** The rules of that edition; null where this release does not know it. */
  readonly categories: readonly Rule[] | null;
  /** The environments that it inherits from, to the top, nearest first. */
  readonly ancestors: readonly Ancestor[];
  /** The same as of a revision of `environments`; none for null. */
  ancestorsAt(revision: number | null): readonly Ancestor[];
  /** Whether it inherits or once did: then `$inherit` in its ledgers may have been written as what it is now. */
  readonly hasInherited: boolean;
  /** The newest revision of `environments`; null where environments are not kept. */
  readonly definition: number | null;
  /** The environments that are defined. */
  readonly names: readonly string[];
}

/** Where environments are not kept: each name may have ledgers, and none inherits. */
export const UNKEPT_ENVIRONMENT: EnvironmentFact = {
  standing: 'defined',
  abstract: false,
  policy: { reasonRequired: false, writes: 'draft', inherited: 'automatic', unknownSections: 'allowed' },
  edition: 0,
  categories: categoryRules(0) ?? null,
  ancestors: [],
  ancestorsAt: () => [],
  hasInherited: false,
  definition: null,
  names: [],
};

/** What `environments`, of which `definition` is the last revision, says of one environment. */
export function environmentFactOf(state: Environments | null, definition: number, name: string): EnvironmentFact {
  if (state === null) return { ...UNKEPT_ENVIRONMENT, standing: 'undefined' };
  const defined = state.environments.get(name);
  return {
    standing: defined === undefined ? 'undefined' : defined.retired ? 'retired' : 'defined',
    abstract: defined?.abstract ?? false,
    policy: defined?.policy ?? UNKEPT_ENVIRONMENT.policy,
    edition: defined?.edition ?? 0,
    categories: categoryRules(defined?.edition ?? 0) ?? null,
    ancestors: ancestorsOf(state, name),
    ancestorsAt: (revision) => (revision === null ? [] : ancestorsAt(state, name, revision)),
    hasInherited: state.parents.get(name)?.some(({ inheritsFrom }) => inheritsFrom.length > 0) ?? false,
    definition,
    names: namesInUse(state),
  };
}

/** Whether what runs, whose layers follow the ancestors as of a definition, follows others than the environment has now. */
export function followsOthers(definition: number | null, { ancestorsAt: ancestorsThen, ancestors }: EnvironmentFact): boolean {
  return !haveSameAncestors(ancestorsThen(definition), ancestors);
}

/** Why nothing can be written in the environment; null where it can. */
export function environmentRefusal(
  { environment }: LedgerId,
  { standing, names, edition, categories }: EnvironmentFact,
): LedgerRefusal | null {
  if (standing === 'defined') return categories === null ? editionUnknown(environment, edition) : null;
  if (standing === 'retired') {
    const remedy = `Define it again with PUT /environments/${environment}, or write to another environment`;
    return refuse('ENVIRONMENT_RETIRED', 'environment', `Environment ${environment} is retired: it can be read, and takes nothing`, remedy);
  }
  const nearest = nearestWord(environment, names);
  const message = `Environment ${environment} is not defined${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
  const remedy = `Define it with PUT /environments/${environment}, or use one of ${names.join(', ')}`;
  return refuse('ENVIRONMENT_UNDEFINED', 'environment', message, remedy);
}

/** What a newer release judges by, this one must not write past. */
function editionUnknown(environment: string, edition: number): LedgerRefusal {
  const message = `Environment ${environment} is held to edition ${edition} of the built-in schemas, which this api does not know`;
  return refuse('UPGRADE_UNFINISHED', 'environment', message, 'Upgrade this api, or send the request to one of the newer release');
}

/** The refusal of a command without a reason where the environment asks for one. */
export function reasonMissing({ environment }: LedgerId, { policy }: EnvironmentFact, reason: string | null): LedgerRefusal | null {
  if (!policy.reasonRequired || (reason !== null && reason.trim() !== '')) return null;
  return refuse('REASON_REQUIRED', 'reason', `Every change in environment ${environment} needs a reason`, 'Say why in reason');
}
