// The difference between two states of one ledger, leaf by leaf, in pages.
import type { EffectiveSelector, ReadSelector } from '@confledger/application';
import type { DifferenceQuery, DiffSide } from '@confledger/contracts/http';
import { isOfRun, type LedgerId } from '@confledger/domain';
import { success } from '../answers/envelope.js';
import { showChange } from '../answers/shown-values.js';
import { showLayers } from '../answers/layers.js';
import { showStanding } from '../answers/standing.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { LEDGER_ADDRESS_ERRORS, SELECTION_ERRORS } from '../errors/groups.js';
import { effectiveAt, type FoundEffective } from '../ledger/effective-document.js';
import { documentAt, type Found } from '../ledger/selected-document.js';
import { pageLimit } from '../request/pages.js';
import { readSelector } from '../request/selectors.js';
import { diffAnswer, successOf } from '../schemas/answers.js';
import { diffQuery } from '../schemas/requests.js';
import { RequestRefused } from '../errors/request-refused.js';

/** The endpoint of differences. */
export function differenceEndpoints(context: ApiContext): Endpoint[] {
  return [
    endpoint(context, 'readDifference', {
      query: diffQuery,
      body: null,
      answer: successOf(diffAnswer),
      statuses: [200],
      errors: [...LEDGER_ADDRESS_ERRORS, ...SELECTION_ERRORS, 'CURSOR_INVALID'],
      handle: async ({ ledger, query }) => success(await difference(context, ledger, query), context.clock),
    }),
  ];
}

async function difference(context: ApiContext, ledger: LedgerId, query: DifferenceQuery) {
  const limit = pageLimit(query.limit);
  const [from, to] = await bothSides(context, ledger, query);
  const start = query.cursor === undefined ? 0 : readCursor(query.cursor, from, to);
  await context.largeAnswers.turn({ leafCount: Math.max(from.document.leafCount, to.document.leafCount), size: 0 });
  const changes = from.document.diff(to.document);
  const end = start + limit;
  return {
    ...showStanding(to.standing, context.installation),
    from: side(from),
    to: side(to),
    changeCount: changes.length,
    items: changes.slice(start, end).map(showChange),
    next: end < changes.length ? writeCursor(end, from, to) : null,
  };
}

/** Where one side is what ran, both are effective documents; else both are the ledger's own. */
async function bothSides(context: ApiContext, ledger: LedgerId, query: DifferenceQuery): Promise<[Side, Side]> {
  const { consistency } = query;
  const select = (version: string | undefined, at: string | undefined): ReadSelector =>
    readSelector({ version, at, consistency }, context.clock);
  // An instant alone means head at that instant.
  const from = select(query.from ?? (query.fromAt === undefined ? 'active' : undefined), query.fromAt);
  const to = select(query.to, query.toAt);
  const areEffective = isOfRun(from.version) || isOfRun(to.version);
  const sideOf = (selector: ReadSelector) =>
    areEffective ? effectiveAt(context, ledger, laidOver(selector, query.layers)) : documentAt(context, ledger, selector);
  return [await sideOf(from), await sideOf(to)];
}

/** What ran is laid over what it ran over, and what lies in the past over what ran then. */
function laidOver(selector: ReadSelector, layers: DifferenceQuery['layers']): EffectiveSelector {
  return layers === undefined || isOfRun(selector.version) || selector.at !== undefined ? selector : { ...selector, layers };
}

type Side = Found | FoundEffective;

function side({ standing, ...rest }: Side): DiffSide {
  const { version, digest } = standing;
  if (!('layers' in rest)) return { version, digest, effective: false, activation: null, layers: [] };
  return { version, digest, effective: true, activation: rest.activation, layers: showLayers(rest.layers) };
}

// The cursor holds what it pages through, so that a page of another difference is never mixed in.
function writeCursor(offset: number, from: Side, to: Side): string {
  return Buffer.from(`${offset}.${fingerprint(from, to)}`, 'utf8').toString('base64url');
}

function readCursor(cursor: string, from: Side, to: Side): number {
  const [offset = '', digests] = Buffer.from(cursor, 'base64url').toString('utf8').split('.');
  if (/^\d{1,7}$/.test(offset) && digests === fingerprint(from, to)) return Number(offset);
  throw RequestRefused.of('CURSOR_INVALID', { path: 'cursor' });
}

function fingerprint(from: Side, to: Side): string {
  return `${from.standing.digest.slice(0, 16)}-${to.standing.digest.slice(0, 16)}`;
}
