// All subscriptions of one store: opened for consumers, fed by its appends, ended with it.
import type { StoredEvent } from '../ports/event-store.js';
import { Subscription, type SubscriptionSource } from './subscription.js';

export class Subscriptions {
  readonly #source: SubscriptionSource;
  readonly #open = new Set<Subscription>();
  #closed = false;

  constructor(source: SubscriptionSource) {
    this.#source = source;
  }

  /** How many are being consumed now. */
  get size(): number {
    return this.#open.size;
  }

  /** What `EventStore.subscribe` answers. `onOpened` is called when the consumer asks for the first events. */
  async *open(
    options: { readonly after: bigint; readonly signal: AbortSignal },
    onOpened: () => void = () => undefined,
  ): AsyncGenerator<readonly StoredEvent[]> {
    const { after, signal } = options;
    if (this.#closed || signal.aborted) return;
    const subscription = new Subscription(this.#source, after);
    const end = (): void => subscription.end();
    signal.addEventListener('abort', end, { once: true });
    this.#open.add(subscription);
    try {
      onOpened();
      for (let events = await subscription.next(); events !== null; events = await subscription.next()) yield events;
    } finally {
      signal.removeEventListener('abort', end);
      subscription.end();
      this.#open.delete(subscription);
    }
  }

  /** Hands over events that were committed just now; they follow each other without gap. */
  handOver(events: readonly StoredEvent[]): void {
    for (const subscription of this.#open) subscription.handOver(events);
  }

  /** Says that the log reaches to this position at least. */
  notice(position: bigint): void {
    for (const subscription of this.#open) subscription.notice(position);
  }

  /** Ends all of them, and those to come. */
  end(): void {
    this.#closed = true;
    for (const subscription of this.#open) subscription.end();
  }
}
