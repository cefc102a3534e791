// The log in pages, from its start to a position. The next page is read while the one before it is checked: two at most are held.
import { PagesAhead } from '../loading/pages-ahead.js';
import { PAGE_EVENTS } from '../loading/stream-reader.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';

/** Events up to `until` (inclusive), in position order. */
export async function* pagesUntil(store: Pick<EventStore, 'readAll'>, until: bigint): AsyncGenerator<readonly StoredEvent[]> {
  const pages = new PagesAhead((after: bigint) => store.readAll({ after, limit: PAGE_EVENTS }));
  for (let after = 0n; ;) {
    const page = await pages.take(after);
    const last = page.at(-1);
    if (last === undefined) return;
    if (last.position >= until) {
      yield page.filter(({ position }) => position <= until);
      return;
    }
    after = last.position;
    pages.begin(after);
    yield page;
  }
}
