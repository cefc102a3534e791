// Where a projector finds the document of an older version, when an activation needs it: in the log, from the nearest snapshot on.
import { Authentication } from '../loading/authentication.js';
import { EventStoreUnavailable, type EventStore } from '../ports/event-store.js';
import type { DocumentAt } from '../ports/projection-store.js';
import type { SnapshotStore } from '../ports/snapshots.js';
import { createLedgerReader, loadVersion, type LedgerReader } from './ledger-versions.js';

/** A revision that is no version gives null. */
export function documentsOf(reader: LedgerReader): DocumentAt {
  return async (ledger, version) => {
    const loaded = await loadVersion(reader, ledger, version);
    return 'document' in loaded ? loaded.document : null;
  };
}

export interface KeptDocumentsOptions {
  readonly store: Pick<EventStore, 'readStream'>;
  /** The projector's own. States are kept while a stream is folded: the next older version costs its distance to one of them. */
  readonly cache: SnapshotStore;
  /** The cache failed; the log is read instead. */
  readonly onCacheFault?: (error: unknown) => void;
  /** The cache contradicts the log; the log alone was read. */
  readonly onCacheRefuted?: (ledger: string) => void;
}

/** Answers as `documentsOf` does, from a cache where its document has the digest that the log names. */
export function keptDocumentsOf({ store, cache, onCacheFault, onCacheRefuted }: KeptDocumentsOptions): DocumentAt {
  const faults = onCacheFault === undefined ? {} : { onSnapshotFault: onCacheFault };
  const authentication = new Authentication({ authority: null, snapshotsWithoutMac: true });
  const kept = documentsOf(createLedgerReader({ store, authentication, snapshots: cache, keepsOnTheWay: true, ...faults }));
  const logAlone = documentsOf(createLedgerReader({ store }));
  return async (ledger, version, digest) => {
    const found = await kept(ledger, version).catch(nullUnlessAway);
    if (found !== null && (digest === undefined || found.digest === digest)) return found;
    const read = await logAlone(ledger, version);
    if (read !== null && read.digest !== found?.digest) onCacheRefuted?.(ledger.text);
    return read;
  };
}

/** A broken history fails the read without the cache too, which then reports it. */
function nullUnlessAway(error: unknown): null {
  if (error instanceof EventStoreUnavailable) throw error;
  return null;
}
