// Retiring a ledger that was made by mistake, and restoring it. A retired ledger is read and served as before, and takes nothing else.
import type { Decision } from '../stream/aggregate.js';
import { refuse } from '../stream/refusals.js';
import type { Command, LedgerRefusal } from './commands.js';
import type { Asked } from './asked.js';
import type { LedgerId } from './ledger-id.js';
import type { LedgerTypes } from './ledger-types.js';
import type { Ledger } from './state.js';

type RetirementCommand = Extract<Command, { type: 'Retire' | 'Restore' }>;

/** What retiring or restoring a ledger comes to; nothing where it is so already. What others run over stays. */
export function retired(ledger: Ledger, { type }: RetirementCommand, asked: Asked): Decision<LedgerTypes> {
  if (type === 'Restore') return asked.done(ledger.retired ? [{ type: 'LedgerRestored', data: {} }] : []);
  if (ledger.retired) return asked.done([]);
  const { id } = asked.context;
  const usedBy = asked.get('usedBy', id.text);
  if (usedBy === undefined || asked.isWaiting) return asked.needs();
  return usedBy.length > 0 ? asked.refused(inheritedBy(id, usedBy)) : asked.done([{ type: 'LedgerRetired', data: {} }]);
}

/** Ledgers that a refusal names. */
const NAMED_MAX = 20;

function inheritedBy({ text }: LedgerId, usedBy: readonly string[]): LedgerRefusal {
  const names = usedBy.slice(0, NAMED_MAX).join(', ');
  const more = usedBy.length > NAMED_MAX ? ` and ${usedBy.length - NAMED_MAX} more` : '';
  const message = `${text} cannot be retired: what runs in ${names}${more} is laid over it`;
  return refuse(
    'LEDGER_INHERITED',
    null,
    message,
    'Define their environments without this parent and activate those ledgers first: then nothing is laid over it',
  );
}

/** Why a command does not fit a retired ledger. It comes before all guards: with the right entity tag the command would be refused too. */
export function retiredRefusal({ text, environment, service }: LedgerId, ledger: Ledger | null, { type }: Command): LedgerRefusal | null {
  if (ledger === null || !ledger.retired || type === 'Retire' || type === 'Restore') return null;
  const remedy = `Restore it with POST /configurations/${service}/restore?environment=${environment}, or write to another ledger`;
  return refuse('LEDGER_RETIRED', null, `${text} is retired, so that nothing can be written to it or activated in it`, remedy);
}
