// The first answer of a repeated command, given again: the command is decided once more on the state that it was decided on,
// which yields the same decision.
import { decide } from '@confledger/domain';
import type { Decision, LoadedVersion, RememberedCommand } from '@confledger/domain';
import { accepted } from './answers.js';
import type { AcceptedCommand, Answered } from './answers.js';
import type { LedgerReader, Loaded } from '../reading/ledger-reader.js';
import type { CommandOutcome, CommandRequest, LedgerName } from '../ledgers.js';

export interface Repetition {
  readonly name: LedgerName;
  readonly reader: LedgerReader;
  readonly waiting: Answered & { readonly request: CommandRequest; readonly fingerprint: string };
  readonly earlier: RememberedCommand;
}

export async function replay({ name, reader, waiting, earlier }: Repetition): Promise<CommandOutcome> {
  const ledger = `${name.environment}.${name.service}`;
  const before = await reader.atRevision(ledger, earlier.firstRevision - 1);
  const after = await reader.atRevision(ledger, earlier.lastRevision);
  const decision = await decideAgain(reader, before, waiting);
  if (decision.kind !== 'accepted')
    throw new Error(`command ${waiting.commandId} took effect, but deciding it again gives '${decision.kind}'`);
  const recorded = await activationSince(reader, after, earlier.firstRevision);
  return { ...accepted(name, { waiting, decision, before: before.state, after: after.state, recorded }, after.position), replayed: true };
}

/** Of the events only an activation shows in an answer. A command may have more of them than a page holds. */
async function activationSince(
  reader: LedgerReader,
  { state }: Loaded,
  firstRevision: number,
): Promise<AcceptedCommand['recorded']> {
  const active = state.phase === 'existing' ? state.active : null;
  if (active === null || active.activation < firstRevision) return [];
  const events = await reader.events(state.ledger, active.activation, 1);
  return events.map((event) => ({ event }));
}

async function decideAgain(
  reader: LedgerReader,
  { state }: Loaded,
  { command, commandId, fingerprint, request }: Repetition['waiting'],
): Promise<Decision> {
  // What the first request said in its headers is not kept, and it held: only what the fingerprint covers is the same again.
  const { ifMatch: _match, ifNoneMatch: _noneMatch, ...guards } = request.guards;
  const loaded = new Map<number, LoadedVersion>();
  for (;;) {
    const decision = decide(state, command, {
      actor: request.actor.id,
      commandId,
      keyed: true,
      fingerprint,
      reason: request.reason,
      guards,
      loaded,
    });
    if (decision.kind !== 'needs') return decision;
    loaded.set(decision.version, await reader.version(state.ledger, decision.version));
  }
}
