// The port to where every event is published for other systems, seen from the relay. Nodes have their own feed (feed.ts).
import type { StoredEvent } from './event-store.js';

/** Calls come one at a time. */
export interface ChangesPublisher {
  /**
   * Becomes the only writer (fences who was it before) and answers the position of the newest event that was published, 0n for none:
   * publishing resumes behind it. Every event up to it was published before.
   */
  takeOver(signal: AbortSignal): Promise<bigint>;

  /**
   * Publishes the events, which follow what was published last in the order of the log. Resolves when consumers can have them.
   * Rejects with `FeedFenced` when another writer took over, with any other error when it must be taken over anew: then some of them,
   * from the first on, may have been published.
   */
  publish(events: readonly StoredEvent[]): Promise<void>;

  /**
   * Publishes the newest event once more where it would be removed by its age before long: with it would go the place to resume.
   * Asked for now and then; costs nothing while there is time. Rejects as `publish` does.
   */
  keep(): Promise<void>;

  /** Looks whether publishing could be taken over now, without doing it; for who stands by. Rejects with what is to be checked. */
  probe?(): Promise<void>;

  close(): Promise<void>;
}
