// Pages of lists: limit, cursor, and the position that the read model must have reached.
import { parsePosition, type PageRequest } from '@confledger/application';
import type { ApiContext } from '../context.js';
import { RequestRefused } from '../errors/request-refused.js';

export const PAGE_LIMIT_DEFAULT = 50;
export const PAGE_LIMIT_MAX = 500;
/** How long a query waits for the projector before it gives up. */
export const READ_MODEL_WAIT_MS_MAX = 5_000;

/** The page that a list is asked for. */
export function pageRequest({ limit, cursor }: { readonly limit?: string | undefined; readonly cursor?: string | undefined }): PageRequest {
  return { limit: pageLimit(limit), ...(cursor === undefined ? {} : { cursor }) };
}

/** How many items a page has. */
export function pageLimit(text: string | undefined): number {
  const limit = text === undefined ? PAGE_LIMIT_DEFAULT : Number(text);
  if (limit <= PAGE_LIMIT_MAX) return limit;
  throw RequestRefused.of('QUERY_PARAMETER_INVALID', {
    path: 'limit',
    rule: 'page-limit',
    message: `The limit is too high: a page has at most ${PAGE_LIMIT_MAX} items`,
  });
}

/** Waits until the read model has reached the position that the client names, if it names one. */
export async function waitForPosition({ installation, readModel }: ApiContext, atLeast: string | undefined): Promise<void> {
  if (atLeast === undefined) return;
  const parsed = parsePosition(installation, atLeast);
  if (!parsed.ok)
    throw RequestRefused.of(parsed.why === 'malformed' ? 'POSITION_MALFORMED' : 'POSITION_OF_ANOTHER_INSTALLATION', { path: 'atLeast' });
  if (!(await readModel.waitFor(parsed.position, READ_MODEL_WAIT_MS_MAX))) throw readModelBehind(atLeast);
}

/** The refusal of a query that the read model cannot answer yet. */
export function readModelBehind(position: string): Error {
  return RequestRefused.of('READ_MODEL_BEHIND', {
    path: 'atLeast',
    rule: 'read-model-behind',
    message: `The read model has not reached ${position} within ${READ_MODEL_WAIT_MS_MAX / 1000} seconds`,
  });
}
