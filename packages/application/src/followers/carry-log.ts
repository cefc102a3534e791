// Carries the log to a feed: batch after batch, and in between what the feed needs at an interval. Used by relay and changes.
import type { EventStore, StoredEvent } from '../ports/event-store.js';

export interface CarryLogOptions {
  readonly events: EventStore;
  /** Position to begin behind (exclusive). */
  readonly after: bigint;
  /** Brings one batch to the feed. What it writes, it writes in its turn. */
  readonly carry: (batch: readonly StoredEvent[], inTurn: InTurn) => Promise<void>;
  /** Done at once, then at the interval, never while the feed is written to. */
  readonly between: () => Promise<void>;
  readonly intervalMs: number;
}

/** Does this when nothing else is under way. */
export type InTurn = (work: () => Promise<void>) => Promise<void>;

/** Until `signal` aborts; rejects at the first fault of any part. Afterwards nothing is under way. */
export async function carryLog({ events, after, carry, between, intervalMs }: CarryLogOptions, signal: AbortSignal): Promise<void> {
  const turns = new Turns(between, intervalMs);
  try {
    for await (const batch of events.subscribe({ after, signal: AbortSignal.any([signal, turns.failed]) })) {
      await carry(batch, (work) => turns.take(work));
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

  async take(work: () => Promise<void>): Promise<void> {
    const turn = this.#busy.then(() => {
      this.rethrow();
      return work();
    });
    this.#busy = turn.catch((error: unknown) => this.#failure.abort(error));
    await turn;
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
    this.#busy = this.#busy
      .then(() => {
        this.#betweenWaits = false;
        return this.#stopped || this.failed.aborted ? undefined : this.#between();
      })
      .catch((error: unknown) => this.#failure.abort(error));
  }
}
