// Turns a decision into the events that will be appended and the state that they lead to. Used by the command loop.
import { evolve, evolveAll, recordEach } from '@confledger/domain';
import type { Decision, LedgerState, RecordedText, SignActivation } from '@confledger/domain';
import { bytesOf, toAppend } from '../codec.js';
import type { CommandRequest } from '../ledgers.js';
import type { EventToAppend } from '../ports/event-store.js';
import type { Clock, Ids, Signer } from '../ports/system.js';

/** Events that are recorded in one turn of the event loop: about 20 ms of work. */
export const EVENTS_IN_TURN = 500;

export type Accepted = Extract<Decision, { kind: 'accepted' }>;

/** What of a command goes into its events. */
export interface Staging {
  readonly request: CommandRequest;
  readonly commandId: string;
  readonly fingerprint: string;
}

export interface StagingTools {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly signer: Signer;
  readonly sign: SignActivation;
}

/** A decided command whose events are not committed yet. */
export interface Staged<W extends Staging> {
  readonly waiting: W;
  readonly decision: Accepted;
  readonly before: LedgerState;
  readonly after: LedgerState;
  readonly events: readonly EventToAppend[];
  readonly recorded: readonly RecordedText[];
  readonly bytes: number;
}

/** At once: for the many commands that make a few events. */
export function stage<W extends Staging>(tools: StagingTools, tip: LedgerState, waiting: W, decision: Accepted): Staged<W> {
  const recorded = [...recording(tools, tip, waiting, decision)];
  return stagedOf({ waiting, decision, before: tip, recorded, after: evolveAll(tip, recorded.map(({ event }) => event)) });
}

/** In turns: 100,000 events take seconds, in which every other ledger and every health check would wait. */
export async function stageInTurns<W extends Staging>(tools: StagingTools, tip: LedgerState, waiting: W, decision: Accepted): Promise<Staged<W>> {
  const recorded: RecordedText[] = [];
  let after = tip;
  for (const text of recording(tools, tip, waiting, decision)) {
    recorded.push(text);
    after = evolve(after, text.event);
    if (recorded.length % EVENTS_IN_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return stagedOf({ waiting, decision, before: tip, recorded, after });
}

function recording({ ids, clock, sign, signer }: StagingTools, tip: LedgerState, waiting: Staging, decision: Accepted): Generator<RecordedText> {
  const { actor, reason, correlationId, causationId = null, traceparent = null, dryRun = false } = waiting.request;
  const { commandId, fingerprint } = waiting;
  const envelope = { actor, reason, commandId, fingerprint, correlationId, causationId, traceparent, changeSetId: ids.next(), now: clock.now() };
  // A node runs whatever bears a valid signature: none is made for an activation that is only tried out.
  return recordEach(tip.ledger, tip, decision.events, envelope, dryRun ? () => ({ keyId: signer.keyId, signature: '' }) : sign);
}

function stagedOf<W extends Staging>(staged: Omit<Staged<W>, 'events' | 'bytes'>): Staged<W> {
  const events = staged.recorded.map(toAppend);
  return { ...staged, events, bytes: events.reduce((sum, event) => sum + bytesOf(event), 0) };
}
