// Looks now and then whether what a node resolved means something else: a file, a variable, the time of day, the load.

/** Between two looks. Times of profiles are whole minutes: one is looked at within this of its beginning. */
export const REFRESH_INTERVAL_MS = 1_000;

export interface RefresherParts {
  readonly haveChanged: () => Promise<boolean>;
  readonly refresh: () => void;
  /** Takes a fault of either: the node trades on. */
  readonly onFault: (error: unknown) => void;
}

/** One look at a time; it keeps no process alive. */
export class Refresher {
  readonly #parts: RefresherParts;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(parts: RefresherParts) {
    this.#parts = parts;
    this.#wait();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #wait(): void {
    // A whole minute, or second, has just begun.
    const delayMs = REFRESH_INTERVAL_MS - (Date.now() % REFRESH_INTERVAL_MS);
    this.#timer = setTimeout(() => void this.#look(), delayMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    try {
      if ((await this.#parts.haveChanged()) && !this.#isClosed) this.#parts.refresh();
    } catch (error) {
      this.#parts.onFault(error);
    } finally {
      if (!this.#isClosed) this.#wait();
    }
  }
}
