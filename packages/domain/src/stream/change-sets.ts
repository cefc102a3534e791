// How the events of a stream form change sets. A change set takes effect with its last event; an event of another one before that
// abandons it. Every reader of a stream gathers by this code.
import type { ChangeSetPlace, Recorded } from './events.js';

/** A change set whose last event has not come yet. Immutable to its owner. */
export interface OpenChangeSet<T> {
  readonly id: string;
  readonly size: number;
  /** How many of `gathered` belong to this set: later sets share the array and only append to it. */
  readonly count: number;
  readonly gathered: readonly T[];
}

/** The events of a change set that came so far, in their order. */
export function eventsOf<T>({ gathered, count }: OpenChangeSet<T>): readonly T[] {
  return gathered.length === count ? gathered : gathered.slice(0, count);
}

export interface Gathered<T> {
  /** The set that the event belongs to, with the event. */
  readonly set: OpenChangeSet<T>;
  readonly isComplete: boolean;
  /** The set that was open and is abandoned by this event; null when there is none. */
  readonly abandoned: OpenChangeSet<T> | null;
  /** Why the event has no place in its set; null when it has. */
  readonly misfit: string | null;
}

/** Adds the stream's next event to the set that is open. */
export function gather<T>(open: OpenChangeSet<T> | null, place: ChangeSetPlace, event: T): Gathered<T> {
  const own = open?.id === place.id ? open : null;
  const set = withEvent(own, place, event);
  return {
    set,
    isComplete: set.count === place.size,
    abandoned: own === null ? open : null,
    misfit: misfitIn(own, place),
  };
}

/** Appends in place when the array holds no event of another future, so that 25,000 events are not copied 25,000 times. */
function withEvent<T>(open: OpenChangeSet<T> | null, { id, size }: ChangeSetPlace, event: T): OpenChangeSet<T> {
  if (open === null) return { id, size, count: 1, gathered: [event] };
  const shared = open.gathered as T[];
  const gathered = shared.length === open.count ? shared : shared.slice(0, open.count);
  gathered.push(event);
  return { id, size: open.size, count: gathered.length, gathered };
}

function misfitIn<T>(open: OpenChangeSet<T> | null, { index, size }: ChangeSetPlace): string | null {
  const expected = open?.count ?? 0;
  if (index === expected && index < size && (open === null || open.size === size)) return null;
  return `its change set says ${index} of ${size}, expected was ${expected} of ${open?.size ?? size}`;
}

/** A change set as it stands in a stream. */
export interface ChangeSet<E> {
  readonly events: readonly E[];
  /** False for one that was abandoned, is still open, or began before the first event that was read. */
  readonly isComplete: boolean;
}

/** The change sets of consecutive events of one stream. What lies in a set that began before the first of them counts as incomplete. */
export function* changeSetsOf<E extends Pick<Recorded, 'metadata'>>(events: Iterable<E>): Generator<ChangeSet<E>> {
  let set: E[] = [];
  for (const event of events) {
    if (set.length > 0 && set[0]?.metadata.changeSet.id !== event.metadata.changeSet.id) {
      yield { events: set, isComplete: false };
      set = [];
    }
    set.push(event);
    const { index, size } = event.metadata.changeSet;
    if (index + 1 < size) continue;
    yield { events: set, isComplete: set.length === size };
    set = [];
  }
  if (set.length > 0) yield { events: set, isComplete: false };
}
