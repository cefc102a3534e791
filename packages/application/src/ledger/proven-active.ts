// What ledgers run, for a relay of its own: loaded with the help of a cache, and compared with the log before it is published. What the log
// does not confirm is loaded from the log alone.
import { isDeepStrictEqual } from 'node:util';
import type { LedgerEvent, LedgerId, Recorded } from '@confledger/domain';
import { PAGE_EVENTS } from '../loading/stream-reader.js';
import { EventStoreUnavailable, type EventStore } from '../ports/event-store.js';
import type { ActiveDocument } from '../ports/feed.js';
import type { SnapshotStore } from '../ports/snapshots.js';
import type { Clock } from '../ports/system.js';
import { createLedgerReads, type LedgerReads } from './create-ledgers.js';
import { isInEffect, type LedgerReader } from './ledger-versions.js';

export interface ProvenActivesOptions {
  readonly store: EventStore;
  /** The relay's own. */
  readonly cache: SnapshotStore;
  readonly clock: Clock;
  /** The cache failed; the log is read instead. */
  readonly onCacheFault?: (error: unknown) => void;
  /** The cache contradicts the log; it is not used for this ledger again. */
  readonly onCacheRefuted?: (ledger: string) => void;
}

/** Answers as `LedgerReads` does, and nothing that the log does not say. */
export function createProvenActives(options: ProvenActivesOptions): Pick<LedgerReads, 'active' | 'observe'> {
  const { store, cache, clock, onCacheFault = () => undefined, onCacheRefuted } = options;
  const cached = createLedgerReads({ store, clock, snapshots: cache, snapshotsWithoutMac: true, onSnapshotFault: onCacheFault });
  const fromLog = createLedgerReads({ store, clock });
  const refuted = new Set<string>();
  return {
    async active(ledger, revision = -1) {
      if (refuted.has(ledger.text)) return fromLog.active(ledger, revision);
      const found = await cached.sourcedActive(ledger, revision).catch(nullUnlessAway);
      // What no cached state says anything of needs no second look at the log.
      if (found !== null && (found.fromLogAlone || (await isProven(fromLog.reader, ledger, found.active, revision)))) return found.active;
      const read = await fromLog.active(ledger, revision);
      if (read === null) return null;
      // Compared again: a newer activation may have come between the two reads.
      const now = await cached.active(ledger, read.activation).catch(nullUnlessAway);
      if (now === null || !isSame(now, read)) {
        refuted.add(ledger.text);
        onCacheRefuted?.(ledger.text);
      }
      return read;
    },
    observe(events) {
      cached.observe(events);
      fromLog.observe(events);
    },
  };
}

/** A broken history fails the read without the cache too, which then reports it. */
function nullUnlessAway(error: unknown): null {
  if (error instanceof EventStoreUnavailable) throw error;
  return null;
}

/** The log has this activation in effect, with this document, and no newer one that the caller must see. */
async function isProven(log: LedgerReader, ledger: LedgerId, found: ActiveDocument, revision: number): Promise<boolean> {
  if (found.document.digest !== found.digest || found.activation < revision) return false;
  const [[event], [first]] = await Promise.all([log.events(ledger, found.activation, 1), log.events(ledger, 0, 1)]);
  if (event === undefined || first?.id !== found.origin || !says(event, found)) return false;
  if (!(await isInEffect(log, ledger, event))) return false;
  return revision >= 0 || !(await isActivatedBehind(log, ledger, found.activation));
}

function isSame({ document, ...one }: ActiveDocument, { document: otherDocument, ...other }: ActiveDocument): boolean {
  return document.digest === otherDocument.digest && isDeepStrictEqual(one, other);
}

function says({ type, data, metadata }: Recorded<LedgerEvent>, found: ActiveDocument): boolean {
  const { ledger: _ledger, origin: _origin, activation: _activation, document: _document, actor, occurredAt, ...statement } = found;
  if (type !== 'VersionActivated' || metadata.actor.id !== actor || metadata.occurredAt !== occurredAt) return false;
  // Form 2 covers more than form 1, and the hash before it.
  if (metadata.schemaVersion > 1 !== (statement.previousHash !== undefined)) return false;
  const said: Readonly<Record<string, unknown>> = { ...data, previousHash: metadata.previousHash ?? '' };
  return Object.entries(statement).every(([name, value]) => isDeepStrictEqual(said[name], value));
}

/** An activation that takes no effect counts too: then the log alone decides. */
async function isActivatedBehind(log: LedgerReader, ledger: LedgerId, activation: number): Promise<boolean> {
  for (let from = activation + 1; ;) {
    const page = await log.events(ledger, from, PAGE_EVENTS);
    if (page.some(({ type }) => type === 'VersionActivated')) return true;
    if (page.length < PAGE_EVENTS) return false;
    from += page.length;
  }
}
