// A log of which a test can alter every row, as whoever owns the tables can. Reads only: what is appended to it is counted and refused.
import type { EventStore, StoredEvent } from '@confledger/application';

export class AlteredLog {
  readonly store: EventStore;
  /** Appends that were tried. */
  appends = 0;
  readonly #streams = new Map<string, readonly StoredEvent[]>();

  constructor(events: readonly StoredEvent[]) {
    for (const event of events) this.#streams.set(event.stream, [...this.stream(event.stream), event]);
    this.store = this.#asStore();
  }

  /** The rows that are found under this name, in the order of their revisions. */
  stream(name: string): readonly StoredEvent[] {
    return this.#streams.get(name) ?? [];
  }

  /** Everything, in the order of positions. */
  get all(): readonly StoredEvent[] {
    return [...this.#streams.values()].flat().sort((a, b) => Number(a.position - b.position));
  }

  /** Puts these rows in the place of a stream's. */
  rewrite(name: string, events: readonly StoredEvent[]): void {
    for (const stream of [name, ...events.map((event) => event.stream)]) if (stream !== name) this.#remove(stream, events);
    const own = events.filter((event) => event.stream === name);
    this.#streams.set(
      name,
      own.toSorted((a, b) => a.revision - b.revision),
    );
    for (const event of events) if (event.stream !== name) this.#add(event);
  }

  #remove(stream: string, events: readonly StoredEvent[]): void {
    const positions = new Set(events.map(({ position }) => position));
    this.#streams.set(
      stream,
      this.stream(stream).filter(({ position }) => !positions.has(position)),
    );
  }

  #add(event: StoredEvent): void {
    this.#streams.set(
      event.stream,
      [...this.stream(event.stream), event].sort((a, b) => a.revision - b.revision),
    );
  }

  #asStore(): EventStore {
    return {
      append: async () => {
        this.appends += 1;
        throw new TypeError('an altered log takes no appends');
      },
      readStream: async (name, { from = 0, limit }) =>
        this.stream(name)
          .filter(({ revision }) => revision >= from)
          .slice(0, limit),
      readAll: async ({ after, limit }) => this.all.filter(({ position }) => position > after).slice(0, limit),
      readAt: async (wanted) => this.all.find(({ position }) => position === wanted) ?? null,
      lastPosition: async () => this.all.at(-1)?.position ?? 0n,
      subscribe: ({ after, signal }) => this.#subscribe(after, signal),
      close: async () => undefined,
    };
  }

  async *#subscribe(after: bigint, signal: AbortSignal): AsyncGenerator<readonly StoredEvent[]> {
    yield this.all.filter(({ position }) => position > after);
    await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
  }
}
