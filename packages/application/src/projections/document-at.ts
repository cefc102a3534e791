// The document of an older version, read from the log when an activation needs it. Exact, and as slow as the history is long:
// a composition root that has snapshots gives the projector something quicker.
import { evolve, initialState, type LedgerState } from '@confledger/domain';
import type { EventStore } from '../ports/event-store.js';
import type { DocumentAt } from '../ports/projection-store.js';
import type { DecodeEvent } from './batch-fold.js';

const PAGE_EVENTS = 1_000;

/** Replays the ledger from its first event up to the version. */
export function documentAtByReplay(events: Pick<EventStore, 'readStream'>, decode: DecodeEvent): DocumentAt {
  return async (ledger, version) => {
    let state: LedgerState = initialState(ledger);
    for (;;) {
      const page = await events.readStream(`config-${ledger}`, { from: state.revision + 1, limit: PAGE_EVENTS });
      for (const stored of page) {
        state = evolve(state, decode(stored));
        const head = state.phase === 'existing' ? state.head : null;
        if (head?.version === version) return head.document;
        if (head?.version != null && head.version > version) return null;
      }
      if (page.length < PAGE_EVENTS) return null;
    }
  };
}
