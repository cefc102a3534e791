// What the events of one stream add up to: the part that every stream has, around the state of its kind.
import { gather, type OpenChangeSet } from './change-sets.js';
import { CommandWindow } from './command-window.js';
import type { Recorded } from './events.js';

/** Immutable. `S` is the state of the stream's kind, `T` its events as they are read. */
export interface StreamState<S, T extends Recorded = Recorded> {
  /** The stream's name. */
  readonly name: string;
  /** Revision of the last event, -1 for none. Events of abandoned change sets count here and in the chain, and nowhere else. */
  readonly revision: number;
  /** Hash of the last event. */
  readonly hash: string | null;
  /** Time of the last event. */
  readonly occurredAt: string | null;
  /** Time of the last change set that took effect; null while none has. No mac covers a set that is open: its time is anybody's. */
  readonly settledAt: string | null;
  /** Id of the first event. */
  readonly origin: string | null;
  /** A change set whose last event has not come yet. */
  readonly open: OpenChangeSet<T> | null;
  readonly commands: CommandWindow;
  /** Null while no change set has taken effect. */
  readonly state: S | null;
}

/** A completed change set cannot be applied to the state before it. */
export class EventMisfit extends Error {
  override readonly name = 'EventMisfit';
}

/** How the completed change sets of a kind of stream change its state. Throws `EventMisfit` for one that cannot be applied. */
export type ApplyChangeSet<S, T extends Recorded> = (state: S | null, events: readonly T[]) => S;

/** The log contradicts itself: a revision is missing, the chain is broken, or an event does not fit the state. */
export class StreamCorrupt extends Error {
  override readonly name = 'StreamCorrupt';
}

/** The state of a stream without events. A `window` that forgets suits readers that answer no commands. */
export function emptyStream(name: string, window = CommandWindow.empty): StreamState<never, never> {
  return { name, revision: -1, hash: null, occurredAt: null, settledAt: null, origin: null, open: null, commands: window, state: null };
}

/** What one event did to a stream. */
export interface Step<S, T extends Recorded> {
  readonly stream: StreamState<S, T>;
  /** The events of the change set that took effect with this one; null when none did. */
  readonly completed: readonly T[] | null;
  /** The set that this event abandoned; null when it abandoned none. */
  readonly abandoned: OpenChangeSet<T> | null;
}

/** Folds the next event in. Throws `StreamCorrupt` when it is not the next one of this stream. */
export function step<S, T extends Recorded>(apply: ApplyChangeSet<S, T>, stream: StreamState<S, T>, event: T): Step<S, T> {
  const problem = followProblem(stream, event);
  if (problem !== null) throw corrupt(event, problem);
  const { set, isComplete, abandoned, misfit } = gather(stream.open, event.metadata.changeSet, event);
  if (misfit !== null) throw corrupt(event, misfit);
  const moved = {
    name: stream.name,
    revision: event.revision,
    hash: event.metadata.hash,
    occurredAt: event.metadata.occurredAt,
    settledAt: isComplete ? event.metadata.occurredAt : stream.settledAt,
    origin: stream.origin ?? event.id,
    open: isComplete ? null : set,
    commands: isComplete ? remembered(stream.commands, set.gathered) : stream.commands,
    state: isComplete ? applied(apply, stream.state, set.gathered) : stream.state,
  };
  return { stream: moved, completed: isComplete ? set.gathered : null, abandoned };
}

/** Folds the next event in, as `step` does. */
export function follow<S, T extends Recorded>(apply: ApplyChangeSet<S, T>, stream: StreamState<S, T>, event: T): StreamState<S, T> {
  return step(apply, stream, event).stream;
}

/** Folds many events in. */
export function followAll<S, T extends Recorded>(
  apply: ApplyChangeSet<S, T>,
  stream: StreamState<S, T>,
  events: Iterable<T>,
): StreamState<S, T> {
  let current = stream;
  for (const event of events) current = follow(apply, current, event);
  return current;
}

/** Why an event cannot be the stream's next one; null when it can. */
export function followProblem({ revision, hash }: Pick<StreamState<unknown>, 'revision' | 'hash'>, event: Recorded): string | null {
  if (event.revision !== revision + 1) return `revision ${event.revision} does not follow ${revision}`;
  return event.metadata.previousHash === hash ? null : 'its previousHash is not the hash of the event before it';
}

function applied<S, T extends Recorded>(apply: ApplyChangeSet<S, T>, state: S | null, events: readonly T[]): S {
  try {
    return apply(state, events);
  } catch (error) {
    const [first] = events;
    if (!(error instanceof EventMisfit) || first === undefined) throw error;
    throw corrupt(first, error.message, error);
  }
}

function remembered(commands: CommandWindow, events: readonly Recorded[]): CommandWindow {
  if (commands === CommandWindow.none) return commands;
  const first = events[0];
  const last = events.at(-1);
  if (first === undefined || last === undefined) throw new TypeError('A change set has at least one event.');
  const { actor, commandId, fingerprint } = first.metadata;
  return commands.with({ commandId, actor: actor.id, fingerprint, firstRevision: first.revision, lastRevision: last.revision });
}

function corrupt(event: Recorded, why: string, cause?: unknown): StreamCorrupt {
  return new StreamCorrupt(`event ${event.revision} of ${event.stream} does not fit: ${why}`, { cause });
}
