// Retiring a ledger that was made by mistake, and restoring it. A retired ledger is read and served as before, and takes nothing else.
import { refuse } from '../stream/refusals.js';
import type { Command, LedgerRefusal } from './commands.js';
import type { DraftEvent } from './events.js';
import type { LedgerId } from './ledger-id.js';
import type { Ledger } from './state.js';

type RetirementCommand = Extract<Command, { type: 'Retire' | 'Restore' }>;

/** The event that retires or restores a ledger; none where it is so already. */
export function retirement({ retired }: Ledger, { type }: RetirementCommand): DraftEvent[] {
  if (type === 'Retire') return retired ? [] : [{ type: 'LedgerRetired', data: {} }];
  return retired ? [{ type: 'LedgerRestored', data: {} }] : [];
}

/** Why a command does not fit a retired ledger. It comes before all guards: with the right entity tag the command would be refused too. */
export function retiredRefusal({ text, environment, service }: LedgerId, ledger: Ledger | null, { type }: Command): LedgerRefusal | null {
  if (ledger === null || !ledger.retired || type === 'Retire' || type === 'Restore') return null;
  const remedy = `Restore it with POST /configurations/${service}/restore?environment=${environment}, or write to another ledger`;
  return refuse('LEDGER_RETIRED', null, `${text} is retired, so that nothing can be written to it or activated in it`, remedy);
}
