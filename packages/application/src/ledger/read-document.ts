// Reads of a document: head, a version, a tag, or any of these as of an instant. Linearizable unless asked otherwise.
import { Document } from '@confledger/document';
import {
  isOfRun,
  notAVersion,
  nothingActive,
  nothingPrevious,
  pastActivationOf,
  refuse,
  versionNumber,
  type ExistingLedger,
  type LedgerRefusal,
  type LedgerTypes,
  type PastActivation,
  type RunName,
  type VersionName,
} from '@confledger/domain';
import type { KeptStream } from '../loading/kept-stream.js';
import type { Clock } from '../ports/system.js';
import { ranOf } from './active-document.js';
import type { AtHand, Layering, Ran } from './layering.js';
import { activationEvent, loadVersion, type LedgerReader, type LoadedLedger } from './ledger-versions.js';
import type { ReadOutcome, ReadSelector } from './ledgers.js';
import { standingOf, type Surroundings } from './standing.js';

/** An answer about the last seconds is provisional: an event of that time may still come. */
export const PROVISIONAL_MS = 10_000;

export interface ReadRequest {
  readonly selector: ReadSelector;
  readonly kept: KeptStream<LedgerTypes>;
  readonly reader: LedgerReader;
  readonly layering: Layering;
  readonly around: Surroundings;
  readonly clock: Clock;
}

export async function readDocument(request: ReadRequest): Promise<ReadOutcome> {
  const selection = await selectionOf(request);
  return 'code' in selection ? refused(selection) : select(request, selection);
}

/** The state of a ledger that a request asks for, and its newest. */
export async function selectionOf(request: ReadRequest): Promise<Selection | LedgerRefusal> {
  const { selector, clock, kept } = request;
  const now = await current(request);
  const newest = existingIn(request, now);
  if (newest === null) return ledgerUnknown(kept.id.text);
  const loaded = selector.at === undefined ? now : await at(request, now, selector.at);
  const asOf = existingIn(request, loaded);
  if (asOf === null) return beforeFirstEvent(newest, selector.at);
  const provisional = selector.at !== undefined && clock.now() - Date.parse(selector.at) < PROVISIONAL_MS;
  return { asOf, newest, position: loaded.position, provisional };
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

/** A ledger as of what a request asks for, as it is now, and where in the log that was read. */
export interface Selection {
  readonly asOf: ExistingLedger;
  readonly newest: ExistingLedger;
  readonly position: bigint;
  readonly provisional: boolean;
}

async function select(request: ReadRequest, selection: Selection): Promise<ReadOutcome> {
  const { asOf, position, provisional } = selection;
  const { selector, around } = request;
  const wanted = selector.version ?? 'latest';
  const { id, ledger, revision } = asOf;
  const found = isOfRun(wanted) ? await whatRan(request, asOf, wanted) : await ownSelected(request, selection, wanted);
  if ('code' in found) return refused(found);
  const { version, document } = found;
  const standing = { ...standingOf(id, ledger, position, around), ...{ version, digest: document.digest } };
  return { kind: 'found', standing, document, revision, provisional };
}

/** A version with its own document. */
export async function ownSelected(
  request: ReadRequest,
  { asOf, newest }: Selection,
  wanted: VersionName,
): Promise<Selected | LedgerRefusal> {
  const isNotYet = typeof wanted === 'number' && wanted > asOf.revision && wanted <= newest.revision;
  return isNotYet ? notYet(asOf, wanted, request.selector.at) : ownAt(request, asOf, wanted);
}

/** A version with a document. */
export interface Selected {
  readonly version: number | null;
  readonly document: Document;
}

/** What runs, or ran before: the effective document of an activation. */
async function whatRan({ reader, layering }: ReadRequest, existing: ExistingLedger, which: RunName): Promise<Selected | LedgerRefusal> {
  const ran = await activationNamed(reader, existing, which);
  if ('code' in ran) return ran;
  return { version: ran.version, document: await layering.documentOf(existing.id, ran, atHand(existing, ran)) };
}

/** The activation that a word names, or why there is none. */
export async function activationNamed(reader: LedgerReader, existing: ExistingLedger, which: RunName): Promise<Ran | LedgerRefusal> {
  const { active } = existing.ledger;
  if (active === null) return nothingActive(existing);
  return which === 'active' ? ranOf(active) : ((await activationBefore(reader, existing)) ?? nothingPrevious(existing));
}

/** The own document of the activation that runs, which the state has. */
export function atHand({ ledger: { active } }: ExistingLedger, { activation }: Ran): AtHand | null {
  return active === null || active.activation !== activation ? null : { version: active.version, document: active.document };
}

async function activationBefore(reader: LedgerReader, { id, ledger }: ExistingLedger): Promise<PastActivation | null> {
  const kept = ledger.activations.at(-2);
  if (kept !== undefined) return kept;
  const before = ledger.active?.previousActivation ?? null;
  const event = before === null ? null : await activationEvent(reader, id, before);
  return event && pastActivationOf(event, null);
}

/** A version: the ledger's own document. */
async function ownAt({ reader }: ReadRequest, existing: ExistingLedger, wanted: VersionName): Promise<Selected | LedgerRefusal> {
  const { ledger } = existing;
  const version = wanted === 'latest' ? ledger.head.version : versionNumber(existing, wanted);
  if (typeof version === 'object' && version !== null) return version;
  if (version === null || version === ledger.head.version) return { version, document: ledger.head.document };
  if (version === 0) return { version, document: Document.empty };
  const document = await documentOf(reader, existing, version);
  return 'code' in document ? document : { version, document };
}

async function documentOf(reader: LedgerReader, existing: ExistingLedger, version: number): Promise<Document | LedgerRefusal> {
  const { id, ledger, revision } = existing;
  if (ledger.active?.version === version && ledger.active.document !== null) return ledger.active.document;
  const content = await loadVersion(reader, id, version);
  if ('document' in content) return content.document;
  const nearest = content.nearest.filter((near) => near <= revision);
  return notAVersion(existing, version, nearest);
}

/** The outcome of a read that is refused. */
export const refused = (refusal: LedgerRefusal) => ({ kind: 'refused', refusal }) as const;

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
