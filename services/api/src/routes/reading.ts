// Reads a ledger at the version and instant that a request names. Used by every route that reads a document.
import type { ReadOutcome, ReadSelector } from '@confledger/application';
import type { ReadAnswer } from '@confledger/contracts';
import type { LedgerId } from '@confledger/domain';
import { showStanding } from '../answers/standing.js';
import type { ApiContext } from '../context.js';
import type { Call } from '../endpoint.js';
import { refuseByLedger } from '../errors/request-refused.js';
import { ledgerOf } from '../request/environments.js';
import { readSelector } from '../request/selectors.js';

export type Found = Extract<ReadOutcome, { kind: 'found' }>;

interface Selection {
  readonly environment?: string | undefined;
  readonly version?: string | undefined;
  readonly at?: string | undefined;
  readonly consistency?: 'linearizable' | 'local' | undefined;
}

/** What the call selects; a refusal is thrown. */
export function read(context: ApiContext, call: Call<Selection, unknown>): Promise<Found> {
  return readAt(context, readLedger(context, call), readSelector(call.query, context.clock));
}

/** The ledger that a reading is about. */
export function readLedger(
  context: ApiContext,
  { parameters, query }: Call<{ readonly environment?: string | undefined }, unknown>,
): LedgerId {
  return ledgerOf(parameters.service, { path: parameters.environment, query: query.environment }, context.environments);
}

/** What a selector selects; a refusal is thrown. */
export async function readAt(context: ApiContext, ledger: LedgerId, selector: ReadSelector): Promise<Found> {
  const outcome = await context.ledgers.read(ledger, selector);
  if (outcome.kind === 'refused') throw refuseByLedger(outcome.refusal);
  return outcome;
}

/** What every reading says beside the document. */
export function readAnswer(context: ApiContext, found: Found): ReadAnswer {
  return { ...showStanding(found.standing, context.installation), provisional: found.provisional };
}
