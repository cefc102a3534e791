// Stored events written into an event store, with the fewest appends.
import type { EventStore, StoredEvent } from '@confledger/application';

const APPEND_EVENTS_MAX = 500;

/** Writes events in their order; positions are then the store's own. Rejects where a stream ends elsewhere. */
export async function appendEvents(store: EventStore, events: readonly StoredEvent[]): Promise<void> {
  for (let index = 0; index < events.length;) {
    const first = events[index];
    if (!first) return;
    let end = index + 1;
    while (events[end]?.stream === first.stream && end - index < APPEND_EVENTS_MAX) end += 1;
    const result = await store.append(first.stream, first.revision - 1, events.slice(index, end));
    if (result.outcome !== 'appended') throw new Error(`${first.stream} ends at ${result.revision}, not at ${first.revision - 1}`);
    index = end;
  }
}
