// Decides the commands that wait for a stream, one after another, each on the state as it will be when those before it are committed, as
// far as they go into one append.
import {
  decide,
  StreamCorrupt,
  type Aggregate,
  type AggregateTypes,
  type RememberedCommand,
  type StreamOf,
  type Verdict,
} from '@confledger/domain';
import { APPEND_BYTES_MAX } from '../ports/event-store.js';
import { APPEND_EVENTS_MAX } from './append-parts.js';
import type { LoadedFacts } from './facts.js';
import { stage, type Accepted, type Staged, type Staging, type StagingTools } from './staging.js';

/** A command that waits to be decided. */
export interface Waiting<A extends AggregateTypes> extends Staging<A> {
  readonly command: A['command'];
  /** Its place among all commands that came to the queue. */
  readonly arrived: number;
  readonly facts: LoadedFacts<A>;
  /** What its word meant when it was decided first; null before that, and without a word. */
  meant: number | null;
  lostAppends: number;
}

/** What a command comes to on a state. */
export type Proposal<A extends AggregateTypes> =
  | { readonly kind: 'append'; readonly staged: Staged<A> }
  /** Too many events for one append. */
  | { readonly kind: 'large'; readonly decision: Accepted<A> }
  /** It would be answered without an append, or names something by a word: only on a state that was confirmed after it came. */
  | { readonly kind: 'confirm' }
  | { readonly kind: 'load'; readonly needs: Extract<Verdict<A>, { kind: 'needs' }>['needs'] }
  /** It was decided on facts that were read before it came, which may accept a draft and nothing else. */
  | { readonly kind: 'confirm-facts' }
  | { readonly kind: 'answer'; readonly decision: Exclude<Verdict<A>, { kind: 'needs' | 'repeated' }> }
  | { readonly kind: 'repeat'; readonly earlier: RememberedCommand }
  /** The command's own fault: those behind it are decided without it. */
  | { readonly kind: 'fault'; readonly error: unknown };

export interface Group<A extends AggregateTypes> {
  /** What goes into one append: of the first commands that wait, in their order. */
  readonly staged: readonly Staged<A>[];
  /** What the command behind them comes to; null when there is none, or it is to be decided after their append. */
  readonly next: Proposal<A> | null;
}

export interface GroupTools<A extends AggregateTypes> extends StagingTools<A> {
  readonly id: A['id'];
  readonly aggregate: StagingTools<A>['aggregate'] & Parameters<typeof decide<A>>[0] & Pick<Aggregate<A>, 'isDraft'>;
}

/** `confirmedFor`: commands that arrived up to here may be answered from `base`. */
export function decideGroup<A extends AggregateTypes>(
  tools: GroupTools<A>,
  base: StreamOf<A>,
  waiting: Iterable<Waiting<A>>,
  confirmedFor: number,
): Group<A> {
  const staged: Staged<A>[] = [];
  let tip = base;
  let room = { bytes: APPEND_BYTES_MAX, events: APPEND_EVENTS_MAX };
  for (const command of waiting) {
    const proposal = propose(tools, tip, command, confirmedFor);
    if (proposal.kind !== 'append') return { staged, next: staged.length === 0 ? proposal : null };
    const { bytes, events, after } = proposal.staged;
    if (bytes > room.bytes || events.length > room.events) return { staged, next: staged.length === 0 ? proposal : null };
    staged.push(proposal.staged);
    tip = after;
    room = { bytes: room.bytes - bytes, events: room.events - events.length };
  }
  return { staged, next: null };
}

function propose<A extends AggregateTypes>(tools: GroupTools<A>, tip: StreamOf<A>, waiting: Waiting<A>, confirmedFor: number): Proposal<A> {
  try {
    waiting.facts.forgetOutdated();
    const decision = decideOn(tools, tip, waiting);
    if (decision.kind === 'repeated') return { kind: 'repeat', earlier: decision.earlier };
    const isConfirmed = waiting.arrived <= confirmedFor;
    if (decision.kind !== 'refused' && decision.meant !== null) {
      if (!isConfirmed) return { kind: 'confirm' };
      waiting.meant = decision.meant;
    }
    if (decision.kind === 'needs') return { kind: 'load', needs: decision.needs };
    if (!isDraft(tools, waiting, decision) && waiting.facts.unconfirmed.length > 0)
      return decision.kind === 'accepted' || isConfirmed ? { kind: 'confirm-facts' } : { kind: 'confirm' };
    if (decision.kind !== 'accepted' || waiting.request.dryRun === true)
      return isConfirmed ? { kind: 'answer', decision } : { kind: 'confirm' };
    if (decision.events.length > APPEND_EVENTS_MAX) return { kind: 'large', decision };
    return { kind: 'append', staged: stage(tools, tip, waiting, decision) };
  } catch (error) {
    if (error instanceof StreamCorrupt && waiting.facts.forgetBehind()) return { kind: 'confirm' };
    return { kind: 'fault', error };
  }
}

function isDraft<A extends AggregateTypes>({ aggregate }: GroupTools<A>, { request }: Waiting<A>, decision: Verdict<A>): boolean {
  return decision.kind === 'accepted' && request.dryRun !== true && aggregate.isDraft?.(decision.events) === true;
}

function decideOn<A extends AggregateTypes>({ id, aggregate }: GroupTools<A>, tip: StreamOf<A>, waiting: Waiting<A>): Verdict<A> {
  const { command, request, commandId, fingerprint, facts, meant } = waiting;
  const { actor, reason, guards, idempotencyKey } = request;
  const identity = { actor: actor.id, commandId, keyed: idempotencyKey !== undefined, fingerprint, reason, meant };
  return decide(aggregate, tip, command, { id, guards, facts, ...identity });
}
