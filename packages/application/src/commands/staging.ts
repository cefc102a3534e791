// Turns a decision into the events that will be appended and the state that they lead to.
import {
  follow,
  followAll,
  recordEach,
  type Aggregate,
  type AggregateTypes,
  type FactRevisions,
  type FinishDraft,
  type RecordedText,
  type StreamOf,
  type Verdict,
} from '@confledger/domain';
import { bytesOf, toAppend } from '../codec.js';
import type { EventToAppend } from '../ports/event-store.js';
import type { Clock, Ids } from '../ports/system.js';
import type { CommandRequest } from './outcome.js';

/** Events that are recorded in one turn of the event loop: about 20 ms of work. */
export const EVENTS_IN_TURN = 500;

export type Accepted<A extends AggregateTypes> = Extract<Verdict<A>, { kind: 'accepted' }>;

/** What of a command goes into its events. */
export interface Staging<A extends AggregateTypes> {
  readonly request: CommandRequest<A['guards']>;
  readonly commandId: string;
  readonly fingerprint: string;
  readonly facts: { readonly revisions: FactRevisions | undefined };
}

export interface StagingTools<A extends AggregateTypes> {
  readonly aggregate: Pick<Aggregate<A>, 'apply' | 'schemaVersionOf'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly finish: FinishDraft<A['draft'], A['event']>;
  /** The mac of a change set whose last event has this hash; null without the key. */
  readonly macOf: ((hash: string) => string) | null;
  /** In place of `finish` where nothing is written: nothing signed may come of a command that is only tried out. */
  readonly finishDryRun: FinishDraft<A['draft'], A['event']>;
}

/** A decided command whose events are not committed yet. */
export interface Staged<A extends AggregateTypes> {
  readonly before: StreamOf<A>;
  readonly after: StreamOf<A>;
  readonly events: readonly EventToAppend[];
  readonly recorded: readonly RecordedText<A['event']>[];
  readonly meant: number | null;
  readonly notes: A['notes'] | undefined;
  readonly bytes: number;
}

/** At once: for the many commands that make a few events. */
export function stage<A extends AggregateTypes>(
  tools: StagingTools<A>,
  tip: StreamOf<A>,
  command: Staging<A>,
  decision: Accepted<A>,
): Staged<A> {
  const recorded = [...recording(tools, tip, command, decision)];
  const after = followAll(
    tools.aggregate.apply,
    tip,
    recorded.map(({ event }) => event),
  );
  return stagedOf(tip, after, recorded, decision);
}

/** In turns: 100,000 events take seconds, in which every other stream and every health check would wait. */
export async function stageInTurns<A extends AggregateTypes>(
  tools: StagingTools<A>,
  tip: StreamOf<A>,
  command: Staging<A>,
  decision: Accepted<A>,
): Promise<Staged<A>> {
  const recorded: RecordedText<A['event']>[] = [];
  let after = tip;
  for (const text of recording(tools, tip, command, decision)) {
    recorded.push(text);
    after = follow(tools.aggregate.apply, after, text.event);
    if (recorded.length % EVENTS_IN_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return stagedOf(tip, after, recorded, decision);
}

function recording<A extends AggregateTypes>(
  { ids, clock, finish, finishDryRun, macOf, aggregate }: StagingTools<A>,
  tip: StreamOf<A>,
  { request, commandId, fingerprint, facts }: Staging<A>,
  { events, source }: Accepted<A>,
): Generator<RecordedText<A['event']>> {
  const { actor, reason, correlationId, causationId = null, traceparent = null, dryRun = false } = request;
  const [changeSetId, now] = [ids.next(), clock.now()];
  const stamp = { commandId, fingerprint, correlationId, causationId, traceparent };
  const envelope = { actor, reason, changeSetId, facts: facts.revisions, source, now, ...stamp };
  const { schemaVersionOf } = aggregate;
  // Nothing authentic may come of a command that is only tried out.
  return recordEach(
    // Behind a set that nobody ended, time goes on from the last one that took effect.
    { ...tip, occurredAt: tip.settledAt },
    events,
    envelope,
    dryRun ? { finish: finishDryRun, macOf: macOf && (() => ''), schemaVersionOf } : { finish, macOf, schemaVersionOf },
  );
}

function stagedOf<A extends AggregateTypes>(
  before: StreamOf<A>,
  after: StreamOf<A>,
  recorded: readonly RecordedText<A['event']>[],
  { meant, notes }: Accepted<A>,
): Staged<A> {
  const events = recorded.map(toAppend);
  let bytes = 0;
  for (const event of events) bytes += bytesOf(event);
  return { before, after, events, recorded, meant, notes, bytes };
}
