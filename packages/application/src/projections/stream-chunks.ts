// The events of one stream up to a position of the log, in chunks of bounded size, each with the event behind it.
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import { chunksOf } from './chunks.js';

/** Events that are read at a time. */
const PAGE_EVENTS = 500;

export interface StreamChunk {
  readonly chunk: readonly StoredEvent[];
  /** The first event behind the chunk, within the same bound; undefined for the last chunk. */
  readonly next: StoredEvent | undefined;
}

/** From `revision` (inclusive) to the last event whose position is not above `upTo`. Yields nothing where there is none. */
export async function* chunksOfStream(
  events: Pick<EventStore, 'readStream'>,
  { stream, revision }: { readonly stream: string; readonly revision: number },
  upTo: bigint,
): AsyncGenerator<StreamChunk> {
  let chunk: readonly StoredEvent[] | null = null;
  for await (const next of chunksFrom(events, stream, revision, upTo)) {
    if (chunk !== null) yield { chunk, next: next[0] };
    chunk = next;
  }
  if (chunk !== null) yield { chunk, next: undefined };
}

async function* chunksFrom(
  events: Pick<EventStore, 'readStream'>,
  stream: string,
  revision: number,
  upTo: bigint,
): AsyncGenerator<readonly StoredEvent[]> {
  for (let from = revision; ;) {
    const page = await events.readStream(stream, { from, direction: 'forwards', limit: PAGE_EVENTS });
    const within = page.filter(({ position }) => position <= upTo);
    yield* chunksOf(within);
    if (within.length === 0 || within.length < page.length) return;
    from += within.length;
  }
}
