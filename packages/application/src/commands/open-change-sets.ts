// A writer that finds another's open change set waits for its end, else an emergency rollback in several parts would starve.
import type { AggregateTypes } from '@confledger/domain';
import type { Loaded } from '../loading/loaded.js';
import type { Clock } from '../ports/system.js';

/** How long a writer waits for the end of another's open change set before it abandons it. */
export const OPEN_CHANGE_SET_WAIT_MS = 5_000;

/** Interval between two polls of another's open change set. */
const POLL_INTERVAL_MS = 20;

/** At most this many polls of one change set, so that the wait ends even if the clock is set back. */
const POLLS_MAX = OPEN_CHANGE_SET_WAIT_MS / POLL_INTERVAL_MS;

export class OpenChangeSets {
  readonly #clock: Clock;
  #seen: { readonly id: string; readonly at: number; polls: number } | null = null;
  #ours: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Names a set of our own: found open later, it was broken off, and nobody is going to end it. */
  ours(id: string | undefined): void {
    this.#ours = id;
  }

  /** The state once no set is open that somebody may still end. `read` brings it to the end of the log. */
  async settled<A extends AggregateTypes>(loaded: Loaded<A>, read: () => Promise<Loaded<A>>): Promise<Loaded<A>> {
    let current = loaded;
    for (let open = current.stream.open; open !== null && open.id !== this.#ours; open = current.stream.open) {
      const now = this.#clock.now();
      if (this.#seen?.id !== open.id) {
        // Seen in a state that may be old: the first look is taken at once.
        this.#seen = { id: open.id, at: now, polls: 0 };
      } else {
        this.#seen.polls += 1;
        if (now - this.#seen.at >= OPEN_CHANGE_SET_WAIT_MS || this.#seen.polls > POLLS_MAX) break;
        await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
      }
      current = await read();
    }
    return current;
  }
}
