// One kind of stream, as the machinery sees it: names, events, fold, decisions. The machinery (envelope, chain, change sets, repetitions,
// command queue, reader, snapshots, projection driver) knows aggregates and no ledgers.
import type { RememberedCommand } from './command-window.js';
import type { EventDecoders } from './decoders.js';
import type { EventShape, EventSource, Recorded } from './events.js';
import { reasonRefusal } from './reason.js';
import { refuse, type Refusal, type StreamRefusalCode } from './refusals.js';
import type { SnapshotCodec } from './snapshots.js';
import type { ApplyChangeSet, StreamState } from './stream-state.js';

/** The types of one kind of stream, as one type parameter of the machinery. */
export interface AggregateTypes {
  /** What names one stream of the kind. */
  readonly id: unknown;
  readonly state: unknown;
  readonly event: EventShape;
  /** What a decision yields; `FinishDraft` makes the event of it. */
  readonly draft: EventShape;
  readonly command: unknown;
  /** What a client says it saw. */
  readonly guards: unknown;
  /** What decisions may need besides their own stream's state: a name for each sort of fact, with its type. */
  readonly facts: { readonly [sort: string]: unknown };
  /** What an answer says of a decision beside its events. */
  readonly notes: unknown;
  /** Codes of refusals beside those of every stream. */
  readonly refusal: string;
}

/** The state of a stream of this kind. */
export type StreamOf<A extends AggregateTypes> = StreamState<A['state'], Recorded<A['event']>>;

export type RefusalOf<A extends AggregateTypes> = Refusal<A['refusal'] | StreamRefusalCode>;

/** One fact that a decision cannot be made without. */
export type Need<A extends AggregateTypes> = {
  readonly [Sort in keyof A['facts'] & string]: {
    readonly sort: Sort;
    readonly key: string | number;
    /** What the fact is about, where the key only names it. */
    readonly subject?: unknown;
    /** Asked for in case that it is needed: where its streams cannot be served, the decision is made without it, or asks again. */
    readonly isAhead?: true;
  };
}[keyof A['facts'] & string];

/** The facts that were loaded for a decision. */
export interface Facts<A extends AggregateTypes> {
  /** Undefined for a fact that was not loaded: answer 'needs' then. */
  get<Sort extends keyof A['facts'] & string>(sort: Sort, key: string | number, subject?: unknown): A['facts'][Sort] | undefined;
}

/** What a decision is made on, besides the state and the command. */
export interface DecisionContext<A extends AggregateTypes> {
  readonly id: A['id'];
  readonly guards: A['guards'];
  readonly facts: Facts<A>;
  readonly reason: string | null;
  /** What the command's word meant when it was decided first; null or none before that, and without a word. */
  readonly meant?: number | null;
}

/** What a command comes to. A decision is a pure function of the stream's state, the command and the context. */
export type Decision<A extends AggregateTypes> =
  | {
      readonly kind: 'accepted';
      readonly events: readonly A['draft'][];
      /** The revision that a word in the command ('latest', a tag) meant; null where there was no word. */
      readonly meant: number | null;
      /** What the change set is made from, where that is not the command alone. */
      readonly source?: EventSource;
      readonly notes?: A['notes'];
    }
  | { readonly kind: 'nothing'; readonly meant: number | null }
  | { readonly kind: 'refused'; readonly refusal: RefusalOf<A> }
  /** Load these, all that can be named now, and decide again: two rounds at most, and one for what is judged on them. */
  | { readonly kind: 'needs'; readonly needs: readonly Need<A>[]; readonly meant: number | null };

/** One kind of stream. */
export interface Aggregate<A extends AggregateTypes> {
  /** The stream of an id. */
  readonly streamOf: (id: A['id']) => string;
  /** The id of a stream of this kind; null for every other name. */
  readonly idOf: (stream: string) => A['id'] | null;
  readonly events: EventDecoders<A['event']>;
  /** The schemaVersion of an event that was made just now. */
  readonly schemaVersionOf: (event: A['event']) => number;
  readonly apply: ApplyChangeSet<A['state'], Recorded<A['event']>>;
  readonly decide: (stream: StreamOf<A>, command: A['command'], context: DecisionContext<A>) => Decision<A>;
  /** True for events that take nothing live and grant nothing: facts that are up to a second old may accept them. Default: false. */
  readonly isDraft?: (events: readonly A['draft'][]) => boolean;
  /** Null for streams that stay short. */
  readonly snapshots: SnapshotCodec<A['state']> | null;
  /** What the state takes in memory, in leaves of a document or their like. */
  readonly sizeOf: (state: A['state']) => number;
}

/** What tells one command from another. */
export interface CommandIdentity {
  readonly actor: string;
  readonly commandId: string;
  /** False when the id is fresh and random: no earlier command can have it, so that none is looked for (5 µs of 60). */
  readonly keyed: boolean;
  readonly fingerprint: string;
  /** What the command's word meant when it was decided first; null before that, and without a word. */
  readonly meant: number | null;
}

export type Verdict<A extends AggregateTypes> =
  | Decision<A>
  /** The same command took effect before: its answer is to be given again. */
  | { readonly kind: 'repeated'; readonly earlier: RememberedCommand };

/** Decides a command, with the rules of every stream around those of its kind. */
export function decide<A extends AggregateTypes>(
  aggregate: Pick<Aggregate<A>, 'decide'>,
  stream: StreamOf<A>,
  command: A['command'],
  context: DecisionContext<A> & CommandIdentity,
): Verdict<A> {
  const earlier = context.keyed ? stream.commands.find(context.actor, context.commandId) : undefined;
  if (earlier) return repetition(earlier, context);
  const unfit = reasonRefusal(context.reason);
  if (unfit) return { kind: 'refused', refusal: unfit };
  const decision = aggregate.decide(stream, command, context);
  if (decision.kind === 'refused' || context.meant === null || decision.meant === context.meant) return decision;
  return { kind: 'refused', refusal: versionMoved(context.meant, decision.meant) };
}

function repetition<A extends AggregateTypes>(earlier: RememberedCommand, { commandId, fingerprint }: CommandIdentity): Verdict<A> {
  if (earlier.fingerprint === fingerprint) return { kind: 'repeated', earlier };
  const message = `The Idempotency-Key '${commandId}' was used before with another request`;
  const refusal = refuse('IDEMPOTENCY_KEY_REUSED', 'Idempotency-Key', message, 'Send the same request again, or take a new key');
  return { kind: 'refused', refusal };
}

/** Carried out, the command would do something else than its sender saw. */
function versionMoved(before: number, now: number | null): Refusal<'VERSION_MOVED'> {
  const message = `The version or activation named meant ${before} when the command came, and means ${now ?? 'none'} after another writer's change`;
  return refuse('VERSION_MOVED', 'version', message, 'Nothing was written: look at what changed, then name the version by its number');
}
