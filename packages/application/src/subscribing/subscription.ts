// One subscription to a log that can be read in pages: history first, then what it is handed or told of. Nothing here makes a writer wait:
// handing over is synchronous and bounded.
import { Backoff } from '@confledger/backoff';
import type { StoredEvent } from '../ports/event-store.js';

export interface SubscriptionSource {
  /** One page of the log behind a position. May reject; the subscription tries again. */
  readAll(after: bigint, limit: number): Promise<readonly StoredEvent[]>;
  /** Hears of a read that failed, and that will be tried again. */
  onReadFailed?(error: unknown): void;
}

/** How many handed-over events wait for a slow consumer, before it has to read them from the log. */
export const HANDED_OVER_EVENTS_MAX = 4_096;
export const SUBSCRIPTION_PAGE_EVENTS = 500;
const RETRY_DELAY_MS_FIRST = 50;
const RETRY_DELAY_MS_MAX = 2_000;

export class Subscription {
  readonly #source: SubscriptionSource;
  readonly #backoff = new Backoff(RETRY_DELAY_MS_FIRST, RETRY_DELAY_MS_MAX);
  /** Position of the last event given out. */
  #last: bigint;
  /** The newest position that this subscription has heard of. */
  #known = 0n;
  /** The log may hold more than was read, whatever was heard. */
  #history = true;
  /** Committed events that follow each other without gap, and follow `#last` unless it has overtaken them. */
  #handedOver: StoredEvent[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(source: SubscriptionSource, after: bigint) {
    this.#source = source;
    this.#last = after;
  }

  /** Takes events that were committed just now: taken only when they join what is held, else read from the log later. */
  handOver(events: readonly StoredEvent[]): void {
    const first = events[0];
    const end = events.at(-1);
    if (first === undefined || end === undefined) return;
    const joins = first.position === (this.#handedOver.at(-1)?.position ?? this.#last) + 1n;
    if (joins && this.#handedOver.length + events.length <= HANDED_OVER_EVENTS_MAX) {
      for (const event of events) this.#handedOver.push(event);
    }
    this.notice(end.position);
  }

  /** Says that the log reaches to this position at least. */
  notice(position: bigint): void {
    if (position > this.#known) this.#known = position;
    if (this.#known > this.#last) this.#awake();
  }

  /** The next events in order; null once the subscription has ended. One call at a time. */
  async next(): Promise<readonly StoredEvent[] | null> {
    for (;;) {
      if (this.#ended) return null;
      const handedOver = this.#takeHandedOver();
      if (handedOver.length > 0) return handedOver;
      if (!this.#history && this.#known <= this.#last) {
        await this.#pause();
        continue;
      }
      const page = await this.#read();
      if (this.#ended) return null;
      if (page === 'failed') await this.#pause(this.#backoff.nextMs());
      else if (page.length > 0) return page;
    }
  }

  /** Makes `next` answer null, also the one under way. Idempotent. */
  end(): void {
    this.#ended = true;
    this.#handedOver = [];
    this.#awake();
  }

  async #read(): Promise<readonly StoredEvent[] | 'failed'> {
    const known = this.#known;
    const reading = this.#source.readAll(this.#last, SUBSCRIPTION_PAGE_EVENTS).catch((error: unknown) => {
      if (!this.#ended) this.#source.onReadFailed?.(error);
      return 'failed' as const;
    });
    // An end must not wait for a server that has fallen silent.
    const page = await Promise.race([reading, this.#untilEnded()]);
    this.#wake = undefined;
    if (page === 'failed') return page;
    this.#backoff.reset();
    this.#last = page.at(-1)?.position ?? this.#last;
    this.#history = page.length === SUBSCRIPTION_PAGE_EVENTS;
    // What was heard of before the read and is not in it is not in the log.
    if (page.length === 0 && this.#known === known) this.#known = this.#last;
    return page;
  }

  #takeHandedOver(): readonly StoredEvent[] {
    const held = this.#handedOver;
    const first = held[0];
    if (first === undefined) return held;
    this.#handedOver = [];
    const end = held.at(-1);
    const overtaken = Number(this.#last + 1n - first.position);
    if (overtaken < 0 || end === undefined || overtaken >= held.length) return [];
    this.#last = end.position;
    return overtaken === 0 ? held : held.slice(overtaken);
  }

  async #untilEnded(): Promise<'failed'> {
    while (!this.#ended) await this.#pause();
    return 'failed';
  }

  #pause(delayMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = delayMs === undefined ? undefined : setTimeout(resolve, delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #awake(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
