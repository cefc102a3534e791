// The first answer of a repeated command, given again: its events are read, and the command is decided once more on the
// state that it was decided on, which yields the same decision.
import { decide } from '@confledger/domain';
import type { Decision, LoadedVersion, RememberedCommand } from '@confledger/domain';
import { accepted } from './answers.js';
import type { Answered } from './answers.js';
import type { LedgerReader, Loaded } from './ledger-reader.js';
import type { CommandOutcome, CommandRequest, LedgerName } from './ledgers.js';

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
  const events = await reader.events(ledger, earlier.firstRevision, earlier.lastRevision - earlier.firstRevision + 1);
  const recorded = events.map((event) => ({ event }));
  return { ...accepted(name, { waiting, decision, before: before.state, after: after.state, recorded }, after.position), replayed: true };
}

async function decideAgain(
  reader: LedgerReader,
  { state }: Loaded,
  { command, commandId, fingerprint, request }: Repetition['waiting'],
): Promise<Decision> {
  const loaded = new Map<number, LoadedVersion>();
  for (;;) {
    const decision = decide(state, command, {
      actor: request.actor.id,
      commandId,
      keyed: true,
      fingerprint,
      guards: request.guards,
      loaded,
    });
    if (decision.kind !== 'needs') return decision;
    loaded.set(decision.version, await reader.version(state.ledger, decision.version));
  }
}
