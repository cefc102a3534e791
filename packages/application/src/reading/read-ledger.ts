// Reads of a document: head, a version, a tag, or any of these as of an instant. Linearizable unless asked otherwise.
import { notAVersion, refuse, versionNumber } from '@confledger/domain';
import type { ExistingLedger, Refusal } from '@confledger/domain';
import type { KeptLedger } from './kept-ledger.js';
import type { LedgerReader, Loaded } from './ledger-reader.js';
import type { LedgerName, ReadOutcome, ReadSelector } from '../ledgers.js';
import type { Clock } from '../ports/system.js';

/** An answer about the last seconds is provisional: an event of that time may still come. */
export const PROVISIONAL_MS = 10_000;

export interface ReadRequest {
  readonly name: LedgerName;
  readonly selector: ReadSelector;
  readonly kept: KeptLedger;
  readonly reader: LedgerReader;
  readonly clock: Clock;
}

export async function readLedger(request: ReadRequest): Promise<ReadOutcome> {
  const { selector, clock } = request;
  const now = await current(request);
  const { state: newest } = now;
  if (newest.phase === 'absent') return refused(ledgerUnknown(newest.ledger));
  const asOf = selector.at === undefined ? now : await at(request, now, selector.at);
  if (asOf.state.phase === 'absent') return refused(beforeFirstEvent(newest, selector.at));
  const provisional = selector.at !== undefined && clock.now() - Date.parse(selector.at) < PROVISIONAL_MS;
  return select(request, { ...asOf, state: asOf.state }, newest, provisional);
}

async function current({ kept, selector }: ReadRequest): Promise<Loaded> {
  return (selector.consistency === 'local' ? kept.known : null) ?? kept.fresh();
}

async function at({ reader, name }: ReadRequest, now: Loaded, instant: string): Promise<Loaded> {
  if (now.state.occurredAt !== null && now.state.occurredAt <= instant) return now;
  return reader.atInstant(`${name.environment}.${name.service}`, instant);
}

type AsOf = Omit<Loaded, 'state'> & { readonly state: ExistingLedger };

async function select(
  { name, selector, reader }: ReadRequest,
  { state, position }: AsOf,
  newest: ExistingLedger,
  provisional: boolean,
): Promise<ReadOutcome> {
  const wanted = selector.version ?? 'latest';
  if (typeof wanted === 'number' && wanted > state.revision && wanted <= newest.revision)
    return refused(notYet(state, wanted, selector.at));
  const version = wanted === 'latest' ? state.head.version : versionNumber(state, wanted);
  if (typeof version === 'object' && version !== null) return refused(version);
  const document = version === null || version === state.head.version ? state.head.document : await documentOf(reader, state, version);
  if ('code' in document) return refused(document);
  const standing = { ...name, version, active: state.active?.version ?? null, pending: state.pending, digest: document.digest, position };
  return { kind: 'found', standing, document, revision: state.revision, provisional };
}

async function documentOf(reader: LedgerReader, state: ExistingLedger, version: number) {
  if (state.active?.version === version && state.active.document !== null) return state.active.document;
  const content = await reader.version(state.ledger, version);
  return 'document' in content
    ? content.document
    : notAVersion(
        state,
        version,
        content.nearest.filter((near) => near <= state.revision),
      );
}

const refused = (refusal: Refusal): ReadOutcome => ({ kind: 'refused', refusal });

const ledgerUnknown = (ledger: string): Refusal =>
  refuse(
    'LEDGER_UNKNOWN',
    null,
    `there is no ledger ${ledger}`,
    'look at GET /configurations for those that exist, or write its first value',
  );

const beforeFirstEvent = (ledger: ExistingLedger, instant = ''): Refusal =>
  refuse(
    'AT_BEFORE_FIRST_EVENT',
    'at',
    `${ledger.ledger} did not exist at ${instant}`,
    'ask for a later instant: the history tells when it began',
  );

const notYet = (ledger: ExistingLedger, version: number, instant = ''): Refusal =>
  refuse(
    'VERSION_NOT_YET',
    'version',
    `version ${version} of ${ledger.ledger} did not exist at ${instant}`,
    `the newest version at that instant was ${ledger.head.version ?? 'none'}`,
  );
