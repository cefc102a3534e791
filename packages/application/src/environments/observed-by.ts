// What follows the log for the ledgers keeps the environments up too.
import type { LedgerReads } from '../ledger/create-ledgers.js';
import type { EnvironmentsCore } from './create-environments.js';

/** The ledgers as a relay uses them: what it hands over is seen by the environments too. */
export function observedBy(
  ledgers: Pick<LedgerReads, 'active' | 'observe'>,
  environments: Pick<EnvironmentsCore, 'observe'>,
): Pick<LedgerReads, 'active' | 'observe'> {
  return {
    active: ledgers.active,
    observe(events) {
      ledgers.observe(events);
      environments.observe(events);
    },
  };
}
