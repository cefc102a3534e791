// The document that a request selects, at a version or an instant, and what every answer about it says beside it.
import type { ReadOutcome, ReadSelector } from '@confledger/application';
import type { ReadAnswer, SelectionQuery } from '@confledger/contracts/http';
import { isOfRun, type LedgerId } from '@confledger/domain';
import { showStanding } from '../answers/standing.js';
import type { ApiContext } from '../context.js';
import { digestTag, entityTag } from '../request/conditions.js';
import { readSelector } from '../request/selectors.js';
import { RequestRefused } from '../errors/request-refused.js';

export type Found = Extract<ReadOutcome, { kind: 'found' }>;

/** What the query of a call selects; a refusal is thrown. */
export function selectedDocument(
  context: ApiContext,
  { ledger, query }: { readonly ledger: LedgerId; readonly query: SelectionQuery },
): Promise<Found> {
  return documentAt(context, ledger, readSelector(query, context.clock));
}

/** What a selector selects; a refusal is thrown. */
export async function documentAt(context: ApiContext, ledger: LedgerId, selector: ReadSelector): Promise<Found> {
  const outcome = await context.ledgers.read(ledger, selector);
  if (outcome.kind === 'refused') throw RequestRefused.from(outcome.refusal);
  return outcome;
}

/** What every answer about a document says beside it. */
export function readAnswer(context: ApiContext, found: Found): ReadAnswer {
  return Object.assign(showStanding(found.standing, context.installation), { provisional: found.provisional });
}

/** The entity tag of a reading: of what ran it is the digest, of a version, which a number, a tag and `latest` name, a revision. */
export function tagOf({ version }: SelectionQuery, digest: () => string, revision: number): string {
  return isOfRun(version) ? digestTag(digest()) : entityTag(revision);
}
