// Names that wait for work, the longest waiting first: each once, one at a time for each, a few side by side.

export interface WakeQueueOptions {
  /** How many are worked on side by side. */
  readonly atOnce: number;
  readonly work: (name: string) => Promise<void>;
  /** Hears what work rejects with: nothing more is begun. */
  readonly onFault: (error: unknown) => void;
}

export class WakeQueue {
  readonly #options: WakeQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  #stopped = false;

  constructor(options: WakeQueueOptions) {
    this.#options = options;
  }

  /** How many wait, without those that are worked on. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Has the name worked on; one that is worked on just now is taken again afterwards. */
  wake(name: string): void {
    if (this.#stopped) return;
    this.#waiting.add(name);
    this.#begin();
  }

  /** Begins nothing more, and resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    await Promise.all(this.#running.values());
  }

  #begin(): void {
    for (const name of this.#waiting) {
      if (this.#running.size >= this.#options.atOnce) return;
      if (this.#running.has(name)) continue;
      this.#waiting.delete(name);
      this.#running.set(name, this.#work(name));
    }
  }

  async #work(name: string): Promise<void> {
    // Begins in a turn of its own: whoever wakes many names does not wait for the first ones.
    await Promise.resolve();
    try {
      await this.#options.work(name);
    } catch (error) {
      this.#stopped = true;
      this.#options.onFault(error);
    }
    this.#running.delete(name);
    if (!this.#stopped) this.#begin();
  }
}
