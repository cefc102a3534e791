// What a command does to a ledger: events, nothing, a refusal, or the need of facts. Pure.
import type { Decision, DecisionContext } from '../stream/aggregate.js';
import { mountOf } from '../schemas/mounts.js';
import { Asked } from './asked.js';
import type { Command, Guards, LedgerRefusal } from './commands.js';
import { edited } from './edit-decisions.js';
import { environmentRefusal, reasonMissing } from './environment.js';
import { activateOf, guardRefusal } from './guards.js';
import { inherited } from './inheritance.js';
import type { LedgerStream, LedgerTypes } from './ledger-types.js';
import { ledgerExists, ledgerUnknown } from './outlines.js';
import { promoted } from './promotion.js';
import { retired, retiredRefusal } from './retirement.js';
import { rolledBack } from './rollback.js';
import { activated, onVersion } from './version-decisions.js';

type LedgerDecision = Decision<LedgerTypes>;

export function decideLedger(stream: LedgerStream, command: Command, context: DecisionContext<LedgerTypes>): LedgerDecision {
  const asked = new Asked(context);
  if (command.type === 'Inherit') return inherited(stream, asked);
  // With it comes what the command's decision needs beside it: it is in the state as a rule, and one round is enough.
  const environment = asked.get('environment', context.id.environment);
  const unfit = environment === undefined ? null : unfitFor(stream, command, context, environment);
  if (unfit !== null) return { kind: 'refused', refusal: unfit };
  const decision = decided(stream, command, asked);
  return environment === undefined && decision.kind !== 'needs' ? asked.needs() : decision;
}

/** Why a command fits neither its environment nor what its sender saw. The environment comes first: with the right tag it would be refused too. */
function unfitFor(
  { state: ledger }: LedgerStream,
  command: Command,
  { id, guards, reason }: DecisionContext<LedgerTypes>,
  environment: LedgerTypes['facts']['environment'],
): LedgerRefusal | null {
  return (
    environmentRefusal(id, environment) ??
    retiredRefusal(id, ledger, command) ??
    reasonMissing(id, environment, reason) ??
    guardRefusal({ id, ledger, path: pathOf(command), mount: mountIn(command), goesLive: goesLive(command, guards, environment) }, guards)
  );
}

function decided(stream: LedgerStream, command: Exclude<Command, { type: 'Inherit' }>, asked: Asked): LedgerDecision {
  const { id } = asked.context;
  const ledger = stream.state;
  switch (command.type) {
    case 'Create':
      return ledger !== null ? asked.refused(ledgerExists(id)) : edited(stream, command, asked);
    case 'Replace':
    case 'Merge':
    case 'Set':
    case 'Batch':
    case 'SetSchema':
    case 'RemoveSchema':
      return edited(stream, command, asked);
    case 'DeleteAll':
    case 'Delete':
      return ledger === null ? asked.refused(ledgerUnknown(id)) : edited(stream, command, asked);
    case 'Promote':
      return promoted(stream, command, asked);
    case 'Activate':
      return activated(stream, command, asked);
    case 'Rollback':
    case 'RollbackTo':
      return ledger === null ? asked.refused(ledgerUnknown(id)) : rolledBack({ id, ledger, revision: stream.revision }, command, asked);
    case 'Tag':
    case 'Untag':
      return ledger === null ? asked.refused(ledgerUnknown(id)) : onVersion({ id, ledger, revision: stream.revision }, command, asked);
    case 'Retire':
    case 'Restore':
      return ledger === null ? asked.refused(ledgerUnknown(id)) : retired(ledger, command, asked);
  }
}

/** Whether a command takes something live, in an environment as it is known. */
export function goesLive(
  { type }: Pick<Command, 'type'>,
  guards: Pick<Guards, 'activate'>,
  environment: Parameters<typeof activateOf>[1],
): boolean {
  if (type === 'Activate' || type === 'Rollback' || type === 'RollbackTo') return true;
  if (type === 'Tag' || type === 'Untag' || type === 'Retire' || type === 'Restore') return false;
  return activateOf(guards, environment) !== false;
}

/** The mount that a command addresses, in its one form; null for those that address none. */
export function mountIn(command: Command): string | null {
  if (command.type !== 'SetSchema' && command.type !== 'RemoveSchema') return null;
  const mount = mountOf(command.mount);
  return typeof mount === 'string' ? mount : null;
}

/** The path that a command addresses; null for those that address the document. */
export const pathOf = (command: Command): string | null => (command.type === 'Set' || command.type === 'Delete' ? command.path : null);
