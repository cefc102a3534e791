// Where a projector finds the document of an older version, when an activation needs it: in the log, from the nearest snapshot on.
import type { DocumentAt } from '../ports/projection-store.js';
import { loadVersion, type LedgerReader } from './ledger-versions.js';

/** A revision that is no version gives null. */
export function documentsOf(reader: LedgerReader): DocumentAt {
  return async (ledger, version) => {
    const loaded = await loadVersion(reader, ledger, version);
    return 'document' in loaded ? loaded.document : null;
  };
}
