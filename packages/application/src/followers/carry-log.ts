// Carries the log to a feed: batch after batch, and in between what the feed needs at an interval. While a batch is written the next one is
// prepared.
import type { EventStore, StoredEvent } from '../ports/event-store.js';

export interface CarryLogOptions<Prepared> {
  readonly events: EventStore;
  /** Position to begin behind (exclusive). */
  readonly after: bigint;
  /** Finds out what a batch brings to the feed; called in the order of the log, one batch at a time. `signal` aborts when nobody needs it any more. */
  readonly prepare: (batch: readonly StoredEvent[], signal: AbortSignal) => Promise<Prepared>;
  /** Writes what was prepared, in the same order, while nothing else is written. */
  readonly write: (prepared: Prepared) => Promise<void>;
  /** Done at once, then at the interval, never while the feed is written to. */
  readonly between: () => Promise<void>;
  readonly intervalMs: number;
}

/** Until `signal` aborts; rejects at the first fault of any part. Afterwards nothing is under way. */
export async function carryLog<Prepared>(options: CarryLogOptions<Prepared>, signal: AbortSignal): Promise<void> {
  const { events, after, prepare, write, between, intervalMs } = options;
  const turns = new Turns(between, intervalMs);
  // One for all batches: each takes 20 µs to make.
  const needed = AbortSignal.any([signal, turns.failed]);
  try {
    for await (const batch of events.subscribe({ after, signal: needed })) {
      const prepared = await prepare(batch, needed);
      // One batch ahead and no more: the rest waits where it takes no memory.
      await turns.free();
      turns.take(() => write(prepared));
    }
    turns.rethrow();
    if (!signal.aborted) throw new Error("the event store ended the follower's subscription");
  } finally {
    await turns.stop();
  }
}

/** Publications and what comes between, one at a time: a beat within would say that the feed is complete where it is not. */
class Turns {
  readonly #between: () => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  readonly #failure = new AbortController();
  #busy: Promise<void> = Promise.resolve();
  #betweenWaits = false;
  #stopped = false;

  constructor(between: () => Promise<void>, intervalMs: number) {
    this.#between = between;
    this.#timer = setInterval(() => this.#tick(), intervalMs);
    // At once: after a gap that nobody published, a feed that loads what runs waits for the first sign of its relay.
    this.#tick();
  }

  /** Aborts when anything failed: nothing more is written. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** Resolves when nothing is under way; rejects when anything has failed. */
  async free(): Promise<void> {
    await this.#busy;
    this.rethrow();
  }

  /** Does this next. Who wants to know whether it failed asks `free` or `failed`. */
  take(work: () => Promise<void>): void {
    this.#busy = this.#busy.then(() => (this.failed.aborted ? undefined : work())).catch((error: unknown) => this.#failure.abort(error));
  }

  rethrow(): void {
    if (this.failed.aborted) throw this.failed.reason;
  }

  /** Nothing more comes between. Resolves when what is under way is over: afterwards the feed may be closed, and another elected. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopped = true;
    await this.#busy;
  }

  /** While a publication takes longer than the interval one waits for its turn, not one for each interval. */
  #tick(): void {
    if (this.#betweenWaits) return;
    this.#betweenWaits = true;
    this.take(() => {
      this.#betweenWaits = false;
      return this.#stopped ? Promise.resolve() : this.#between();
    });
  }
}
