// Reads of a document: head, a version, a tag, or any of these as of an instant. Linearizable unless asked otherwise.
import { notAVersion, refuse, versionNumber, type ExistingLedger, type LedgerRefusal, type LedgerTypes } from '@confledger/domain';
import type { KeptStream } from '../loading/kept-stream.js';
import type { Clock } from '../ports/system.js';
import { loadVersion, type LedgerReader, type LoadedLedger } from './ledger-versions.js';
import type { ReadOutcome, ReadSelector } from './ledgers.js';
import { standingOf } from './outcomes.js';

/** An answer about the last seconds is provisional: an event of that time may still come. */
export const PROVISIONAL_MS = 10_000;

export interface ReadRequest {
  readonly selector: ReadSelector;
  readonly kept: KeptStream<LedgerTypes>;
  readonly reader: LedgerReader;
  readonly clock: Clock;
}

export async function readDocument(request: ReadRequest): Promise<ReadOutcome> {
  const { selector, clock, kept } = request;
  const now = await current(request);
  const newest = existingIn(request, now);
  if (newest === null) return refused(ledgerUnknown(kept.id.text));
  const loaded = selector.at === undefined ? now : await at(request, now, selector.at);
  const asOf = existingIn(request, loaded);
  if (asOf === null) return refused(beforeFirstEvent(newest, selector.at));
  const provisional = selector.at !== undefined && clock.now() - Date.parse(selector.at) < PROVISIONAL_MS;
  return select(request, { asOf, newest, position: loaded.position, provisional });
}

async function current({ kept, selector }: ReadRequest): Promise<LoadedLedger> {
  return (selector.consistency === 'local' ? kept.known : null) ?? kept.fresh();
}

async function at({ reader, kept }: ReadRequest, now: LoadedLedger, instant: string): Promise<LoadedLedger> {
  const { occurredAt, revision } = now.stream;
  return occurredAt !== null && occurredAt <= instant ? now : reader.atInstant(kept.id, instant, revision);
}

function existingIn({ kept }: ReadRequest, { stream }: LoadedLedger): ExistingLedger | null {
  return stream.state === null ? null : { id: kept.id, ledger: stream.state, revision: stream.revision };
}

interface Selection {
  readonly asOf: ExistingLedger;
  readonly newest: ExistingLedger;
  readonly position: bigint;
  readonly provisional: boolean;
}

async function select({ selector, reader }: ReadRequest, { asOf, newest, position, provisional }: Selection): Promise<ReadOutcome> {
  const wanted = selector.version ?? 'latest';
  const { id, ledger, revision } = asOf;
  if (typeof wanted === 'number' && wanted > revision && wanted <= newest.revision) return refused(notYet(asOf, wanted, selector.at));
  const version = wanted === 'latest' ? ledger.head.version : versionNumber(asOf, wanted);
  if (typeof version === 'object' && version !== null) return refused(version);
  const document = version === null || version === ledger.head.version ? ledger.head.document : await documentOf(reader, asOf, version);
  if ('code' in document) return refused(document);
  const { environment, service, active, pending } = standingOf(id, ledger, position);
  const standing = { environment, service, version, active, pending, digest: document.digest, position };
  return { kind: 'found', standing, document, revision, provisional };
}

async function documentOf(reader: LedgerReader, existing: ExistingLedger, version: number) {
  const { id, ledger, revision } = existing;
  if (ledger.active?.version === version && ledger.active.document !== null) return ledger.active.document;
  const content = await loadVersion(reader, id, version);
  return 'document' in content
    ? content.document
    : notAVersion(
        existing,
        version,
        content.nearest.filter((near) => near <= revision),
      );
}

const refused = (refusal: LedgerRefusal): ReadOutcome => ({ kind: 'refused', refusal });

const ledgerUnknown = (ledger: string): LedgerRefusal =>
  refuse(
    'LEDGER_UNKNOWN',
    null,
    `There is no ledger ${ledger}`,
    'Look at GET /configurations for those that exist, or write its first value',
  );

const beforeFirstEvent = ({ id }: ExistingLedger, instant = ''): LedgerRefusal =>
  refuse(
    'AT_BEFORE_FIRST_EVENT',
    'at',
    `${id.text} did not exist at ${instant}`,
    'Ask for a later instant: the history tells when it began',
  );

const notYet = ({ id, ledger }: ExistingLedger, version: number, instant = ''): LedgerRefusal =>
  refuse(
    'VERSION_NOT_YET',
    'version',
    `Version ${version} of ${id.text} did not exist at ${instant}`,
    `The newest version at that instant was ${ledger.head.version ?? 'none'}`,
  );
