// Sealing: what is older than macs is recorded as it stands, once, when no api without macs runs any more. Behind the seal every change set
// needs a mac. A stream that was stopped because one is missing can be sealed anew, when a person has looked at the events concerned.
import {
  INSTALLATION_STREAM,
  LedgerId,
  ledgerAggregate,
  type InstallationTypes,
  type Recorded,
  type RefusalOf,
  type SealedEnd,
} from '@confledger/domain';
import type { CommandRequest } from '../commands/outcome.js';
import { Authentication, type Seals } from '../loading/authentication.js';
import { isStreamFault } from '../loading/broken-streams.js';
import { endsChangeSet } from '../loading/chain-proofs.js';
import { StreamReader } from '../loading/stream-reader.js';
import type { EventStore } from '../ports/event-store.js';
import type { Authority } from '../ports/system.js';
import type { Finding, Verification } from '../verification/findings.js';
import { InstallationCheck } from '../verification/installation-check.js';
import { pagesUntil } from '../verification/log-pages.js';
import { LogScan } from '../verification/log-scan.js';
import type { InstallationRecord } from './installation-record.js';

/** Events without a mac, and findings, that one answer names; their counts are exact. */
export const SEAL_NAMED_MAX = 100;

export interface SealOptions {
  readonly store: Pick<EventStore, 'lastPosition' | 'readAll' | 'readStream'>;
  readonly record: Pick<InstallationRecord, 'sealStreams' | 'endOf' | 'seal' | 'refresh'>;
  readonly authority: Authority;
  /** Raw Ed25519 public key of the installation, base64url. */
  readonly publicKey: string;
}

export interface SealRequest extends CommandRequest<null> {
  readonly dryRun: boolean;
}

/** The last event of a change set without a mac. */
export interface EventWithoutMac {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  /** Id of the actor that the event names; without a mac nothing proves it. */
  readonly actor: string;
  readonly occurredAt: string;
}

export interface SealReport {
  /** Streams whose ends are sealed by this call, or would be. */
  readonly streams: number;
  /** Where they end; empty where the whole log is sealed. */
  readonly ends: readonly SealedEnd[];
  /** Streams that do not hold and stay as they are, the first of them. */
  readonly leftOut: readonly Finding[];
  readonly leftOutCount: number;
  /** Complete change sets, of the whole log; null where single streams are sealed. */
  readonly changeSets: Verification['changeSets'] | null;
  /** Streams with change sets without a mac, those with most first, the first of them; empty where single streams are sealed. */
  readonly streamsWithoutMac: readonly { readonly stream: string; readonly changeSets: number }[];
  /** What would be accepted by sealing single streams anew, the first of it; empty where the whole log is sealed, and where ends are. */
  readonly withoutMac: readonly EventWithoutMac[];
  readonly withoutMacCount: number;
}

export type SealOutcome =
  | { readonly kind: 'done'; readonly report: SealReport }
  /** Nothing was sealed: these streams do not end as they were seen, the first `SEAL_NAMED_MAX` of them. */
  | { readonly kind: 'changed'; readonly streams: readonly Finding[] }
  | { readonly kind: 'refused'; readonly refusal: RefusalOf<InstallationTypes> };

/**
 * Seals every stream whose hashes, chain and macs hold, at its end; change sets behind it need macs from then on. The whole log is read first.
 * Rejects with the reason of `signal`, with `EventStoreUnavailable`, and with `InstallationKeyMismatch`.
 */
export async function sealLog(options: SealOptions, request: SealRequest, signal?: AbortSignal): Promise<SealOutcome> {
  await options.record.refresh();
  // Decided before the log is read, and again when the events are appended.
  if (options.record.seal !== null) return sealed(options, [], { request, again: false, report: EMPTY });
  const { streams, changeSets } = await scanLog(options, signal);
  const findings = [...streams.values()].flatMap(({ finding }) => (finding === null ? [] : [finding]));
  const ends = [...streams]
    .filter(([name, { finding }]) => name !== INSTALLATION_STREAM && finding === null)
    .flatMap(([name, { revision, hash }]): SealedEnd[] => (hash === null ? [] : [[name, revision, hash]]));
  const report = { ...EMPTY, ...leftOutOf(findings), streams: ends.length, changeSets, streamsWithoutMac: countsOf(streams) };
  return sealed(options, ends, { request, again: false, report });
}

/** Every event by its position. Activations are not looked at: a node checks each by itself, sealed or not. */
async function scanLog({ store, authority, publicKey }: SealOptions, signal?: AbortSignal): Promise<LogScan> {
  const until = await store.lastPosition();
  const check = new InstallationCheck({ store, authority, publicKey, until });
  await check.run();
  const scan = new LogScan(check, authority);
  for await (const page of pagesUntil(store, until)) {
    signal?.throwIfAborted();
    for (const stored of page) scan.take(stored);
  }
  scan.end();
  return scan;
}

/** Shows what sealing these streams of ledgers anew would accept. One in which anything but macs is missing is left out. Writes nothing. */
export async function showSealable(
  options: SealOptions,
  names: readonly string[],
  asked: Omit<SealRequest, 'dryRun'>,
): Promise<SealOutcome> {
  const request = { ...asked, dryRun: true };
  await options.record.refresh();
  const found = await Promise.all([...new Set(names)].map((name) => withoutMacs(options, name)));
  const findings = found.flatMap((each) => ('end' in each ? [] : [each]));
  const sealable = found.flatMap((each) => ('end' in each ? [each] : []));
  const withoutMac = sealable.flatMap(({ events }) => events);
  const report = {
    ...EMPTY,
    ...leftOutOf(findings),
    streams: sealable.length,
    ends: sealable.map(({ end }) => end),
    withoutMac: withoutMac.slice(0, SEAL_NAMED_MAX),
    withoutMacCount: withoutMac.length,
  };
  return sealed(options, report.ends, { request, again: true, report });
}

/**
 * Seals streams of ledgers anew, exactly as `showSealable` showed them: all, or none where one has changed since. What is sealed so already
 * is not sealed twice, so that a repetition answers as the first call did.
 */
export async function sealSeen(options: SealOptions, seen: readonly SealedEnd[], request: SealRequest): Promise<SealOutcome> {
  const { record } = options;
  await record.refresh();
  const report = { ...EMPTY, streams: new Set(seen.map(([name]) => name)).size, ends: seen };
  const missing = record.seal === null ? [] : seen.filter(([name, ...end]) => !isAt(record.endOf(name), end));
  const streams = (await Promise.all(missing.map((end) => changeOf(options, end)))).filter((change) => change !== null);
  if (streams.length > 0) return { kind: 'changed', streams: streams.slice(0, SEAL_NAMED_MAX) };
  return sealed(options, missing, { request, again: true, report });
}

/** Null when the stream ends as it was seen, and can be sealed. */
async function changeOf(options: SealOptions, [stream, revision, hash]: SealedEnd): Promise<Finding | null> {
  const found = await withoutMacs(options, stream);
  if (!('end' in found)) return found;
  const [, endsAt, endHash] = found.end;
  if (isAt({ revision: endsAt, hash: endHash }, [revision, hash])) return null;
  return { stream, revision: endsAt, position: null, reason: `it ends at revision ${endsAt} with the hash ${endHash}` };
}

const isAt = (end: ReturnType<InstallationRecord['endOf']>, [revision, hash]: readonly [revision: number, hash: string]): boolean =>
  end?.revision === revision && end.hash === hash;

function countsOf(streams: LogScan['streams']): SealReport['streamsWithoutMac'] {
  return [...streams]
    .map(([stream, { withoutMac: changeSets }]) => ({ stream, changeSets }))
    .filter(({ changeSets }) => changeSets > 0)
    .sort((one, other) => other.changeSets - one.changeSets)
    .slice(0, SEAL_NAMED_MAX);
}

const EMPTY: SealReport = {
  streams: 0,
  ends: [],
  leftOut: [],
  leftOutCount: 0,
  changeSets: null,
  streamsWithoutMac: [],
  withoutMac: [],
  withoutMacCount: 0,
};

const leftOutOf = (findings: readonly Finding[]) => ({ leftOut: findings.slice(0, SEAL_NAMED_MAX), leftOutCount: findings.length });

interface Sealing {
  readonly request: SealRequest;
  readonly again: boolean;
  readonly report: SealReport;
}

async function sealed({ record }: SealOptions, ends: readonly SealedEnd[], { request, again, report }: Sealing): Promise<SealOutcome> {
  // Nothing to seal anew is no event.
  if (again && ends.length === 0 && record.seal !== null) return { kind: 'done', report };
  const outcome = await record.sealStreams({ ends, again }, request);
  return outcome.kind === 'refused' ? { kind: 'refused', refusal: outcome.refusal } : { kind: 'done', report };
}

interface Sealable {
  readonly end: SealedEnd;
  readonly events: readonly EventWithoutMac[];
}

/** Reads a stream as if it were not sealed: hashes, chain and the macs that are there must hold, and what was sealed must be there. */
async function withoutMacs({ store, record, authority }: SealOptions, name: string): Promise<Sealable | Finding> {
  const leftOut = (reason: string, revision = -1): Finding => ({ stream: name, revision, position: null, reason });
  const id = LedgerId.ofStream(name);
  if (id === null) return leftOut('it is not the stream of a ledger: name it as GET /status does');
  const sealedTo = record.endOf(name)?.revision ?? -1;
  const seals: Seals = { endOf: () => null };
  const reader = new StreamReader(ledgerAggregate, { store, authentication: new Authentication({ authority, seals }) });
  const events: EventWithoutMac[] = [];
  let hashAtSeal: string | null = null;
  try {
    const nothing = await reader.atRevision(id, -1);
    const { stream } = await reader.tail(nothing, (event) => {
      if (event.revision === sealedTo) hashAtSeal = event.metadata.hash;
      if (event.revision > sealedTo && isWithoutMac(event)) events.push(shownEvent(event));
    });
    if (hashAtSeal !== (record.endOf(name)?.hash ?? null)) return leftOut('it does not hold the event that was sealed before', sealedTo);
    if (stream.hash === null) return leftOut('there is no such stream');
    if (events.length === 0) return leftOut('no change set of it lacks a mac', stream.revision);
    return { end: [name, stream.revision, stream.hash], events };
  } catch (error) {
    if (!isStreamFault(error)) throw error;
    return leftOut(error.message);
  }
}

const isWithoutMac = (event: Recorded): boolean => endsChangeSet(event) && event.metadata.mac === undefined;

function shownEvent({ stream, revision, type, metadata }: Recorded): EventWithoutMac {
  return { stream, revision, type, actor: metadata.actor.id, occurredAt: metadata.occurredAt };
}
