// The effective document that a request selects.
import type { EffectiveOutcome, EffectiveSelector } from '@confledger/application';
import type { EffectiveQuery } from '@confledger/contracts/http';
import type { LedgerId } from '@confledger/domain';
import type { ApiContext } from '../context.js';
import { RequestRefused } from '../errors/request-refused.js';
import { readSelector } from '../request/selectors.js';

export type FoundEffective = Extract<EffectiveOutcome, { kind: 'found' }>;

/** What a query selects. Throws where its parameters contradict each other. */
export function effectiveSelector(query: EffectiveQuery, context: Pick<ApiContext, 'clock'>): EffectiveSelector {
  const { layers, activation } = query;
  const beside = (['version', 'at', 'layers'] as const).find((name) => query[name] !== undefined);
  if (activation !== undefined && beside !== undefined)
    throw contradiction('activation', `An activation names a version and its layers: ${beside} cannot be given beside it`);
  if (layers === 'newest' && query.at !== undefined)
    throw contradiction('layers', 'With at, a version is laid over what ran then: layers=newest cannot be given beside it');
  return {
    ...readSelector(query, context.clock),
    ...(layers === undefined ? {} : { layers }),
    ...(activation === undefined ? {} : { activation: Number(activation) }),
  };
}

function contradiction(path: string, message: string): RequestRefused {
  return RequestRefused.of('OPTION_MISMATCH', { path, rule: 'option-agrees', message, remedy: 'Leave one of the two out.' });
}

/** What a selector selects; a refusal is thrown. */
export async function effectiveAt(context: ApiContext, ledger: LedgerId, selector: EffectiveSelector): Promise<FoundEffective> {
  const outcome = await context.ledgers.effective(ledger, selector);
  if (outcome.kind === 'refused') throw RequestRefused.from(outcome.refusal);
  return outcome;
}
