// Views of streams: as they begin, and made again from what the tables hold.
import { CommandWindow, emptyStream, gather, type OpenChangeSet, type StreamState } from '@confledger/domain';
import type { StoredEvent } from '../ports/event-store.js';
import type { StoredView } from '../ports/projection-store.js';
import type { Logged, Projection, View } from './projection.js';

/** The view of a stream of which no event has been seen. */
export function emptyView<S>(projection: Projection<S>, name: string): View<S> {
  return { projection, stream: emptyStream(name, CommandWindow.none), unread: null, parkedAt: null };
}

/** The view that the kept rows were made from. Who began the stream and when it was changed last is not kept: no row says it. */
export function restoredView<S>(projection: Projection<S>, stored: StoredView): View<S> {
  const { stream: name, revision, hash, parkedAt } = stored.stream;
  const { open, unread } = openSetOf(projection, stored.buffered);
  const state = projection.restore(stored);
  const stream = { name, revision, hash, occurredAt: null, settledAt: null, origin: null, open, commands: CommandWindow.none, state };
  return { projection, stream, unread, parkedAt };
}

function openSetOf<S>(
  projection: Projection<S>,
  buffered: readonly StoredEvent[],
): Pick<StreamState<S, Logged>, 'open'> & Pick<View, 'unread'> {
  try {
    let open: OpenChangeSet<Logged> | null = null;
    for (const stored of buffered) {
      const event = logged(projection, stored);
      open = gather(open, event.metadata.changeSet, event).set;
    }
    return { open, unread: null };
  } catch {
    return { open: null, unread: buffered };
  }
}

/** Reads an event. Throws `EventUnreadable`. */
export function logged(projection: Pick<Projection, 'decode'>, stored: StoredEvent): Logged {
  // Decoded for this view alone.
  return Object.assign(projection.decode(stored), { stored });
}
