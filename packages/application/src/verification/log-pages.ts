// The log in pages, from its start to a position. The next page is read while the one before it is checked: two at most are held.
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import { PAGE_EVENTS } from '../loading/stream-reader.js';

/** Events up to `until` (inclusive), in position order. */
export async function* pagesUntil(store: Pick<EventStore, 'readAll'>, until: bigint): AsyncGenerator<readonly StoredEvent[]> {
  let next = begin(store, 0n);
  for (;;) {
    const page = await next;
    const last = page.at(-1);
    if (last === undefined) return;
    if (last.position >= until) {
      yield page.filter(({ position }) => position <= until);
      return;
    }
    next = begin(store, last.position);
    yield page;
  }
}

/** A failure is met by who takes the page; when nobody does, it does not matter. */
function begin(store: Pick<EventStore, 'readAll'>, after: bigint): Promise<readonly StoredEvent[]> {
  const page = store.readAll({ after, limit: PAGE_EVENTS });
  page.catch(() => undefined);
  return page;
}
