// The verification of a whole log, in two steps. First every event by its position: hashes, chains, macs, seals. Then every ledger by its
// revisions: the digests and the signature of each activation. Holds some pages of events, the documents of one ledger and its parents, those of
// layers up to a bound, and for each stream where it ends.
import { readPublicKey } from '@confledger/contracts';
import type { EventStore } from '../ports/event-store.js';
import type { Authority } from '../ports/system.js';
import { earlier, type Finding, type VerificationEvent, type VerifiedEnd } from './findings.js';
import { InstallationCheck } from './installation-check.js';
import { keptDocuments } from '../ledger/kept-documents.js';
import { LayerCheck } from './layer-check.js';
import { LedgerCheck, type LedgerCheckOptions } from './ledger-check.js';
import { pagesUntil } from './log-pages.js';
import { LogScan, type ScannedStream } from './log-scan.js';

export interface VerifyLogOptions {
  readonly store: Pick<EventStore, 'readAll' | 'readStream' | 'lastPosition'>;
  /** Has the mac key; null where it is not at hand, and macs are not checked. */
  readonly authority: Authority | null;
  /** Raw Ed25519 public key that the installation must have, base64url; null: the one that the log names. */
  readonly publicKey: string | null;
}

/**
 * Verifies the log as it ends now: progress after each page, a finding for each stream that does not hold, and at the end one result. Without
 * that result nothing is verified. Whoever stops reading ends it. Rejects with `EventStoreUnavailable`, and with `InstallationKeyMismatch`
 * when the authority has another key than the installation names.
 */
export async function* verifyLog(options: VerifyLogOptions): AsyncGenerator<VerificationEvent> {
  const { store, authority } = options;
  const until = await store.lastPosition();
  const check = new InstallationCheck({ ...options, until });
  await check.run();
  const key = check.publicKey === null ? null : readPublicKey(check.publicKey);
  const scan = new LogScan(check, authority);
  let position = 0n;
  let ledgers = 0;
  let activations = 0;
  let late = 0;
  const progress = (step: 'events' | 'activations'): VerificationEvent => {
    const { events, streams } = scan;
    return { kind: 'progress', step, position, of: until, events, streams: streams.size, ledgers, findings: scan.findings + late };
  };
  for await (const page of pagesUntil(store, until)) {
    for (const stored of page) scan.take(stored);
    position = page.at(-1)?.position ?? position;
    yield progress('events');
  }
  scan.end();
  const ends = new Map<string, VerifiedEnd>();
  const verified = keptDocuments();
  const brokenFrom = (stream: string): number | null => scan.streams.get(stream)?.finding?.revision ?? null;
  for (const [name, stream] of scan.streams) {
    let finding: Finding | null = stream.finding;
    const ledger = ledgerCheckOf(stream, { store, key, until, layers: new LayerCheck({ store, brokenFrom, verified }) });
    if (ledger !== null) {
      while (await ledger.next()) yield progress('activations');
      ledgers += 1;
      activations += ledger.activations;
      finding = earlier(finding, ledger.finding);
      if (stream.finding === null && finding !== null) late += 1;
    }
    if (finding !== null) yield { kind: 'finding', ...finding };
    else if (stream.hash !== null) ends.set(name, { revision: stream.revision, hash: stream.hash });
    yield progress('activations');
  }
  const findings = scan.findings + late;
  yield {
    kind: 'result',
    holds: findings === 0,
    installation: check.installation?.installation ?? null,
    publicKey: check.publicKey,
    macsChecked: authority !== null,
    position: until,
    events: scan.events,
    streams: scan.streams.size,
    changeSets: scan.changeSets,
    unfinished: scan.unfinished,
    activations,
    findings,
    ends,
  };
}

/** Null for a stream that is no ledger, and for a ledger of which nothing holds. */
function ledgerCheckOf(
  { ledger, revision, hash, activated, finding }: ScannedStream,
  sources: Pick<LedgerCheckOptions, 'store' | 'key' | 'until' | 'layers'>,
): LedgerCheck | null {
  if (ledger === null || revision < 0) return null;
  return new LedgerCheck({ ...sources, ledger, end: { revision, hash }, isBroken: finding !== null, activated: new Set(activated) });
}
