// Says to a projector how far the log reaches, gathered: at a high rate of writes one word stands for many, and so does one transaction of
// the projector. Gathering limits the rate and delays nothing that is alone: after a pause the word goes out at once, and it does not wait
// while a reader waits.

/** Shortest interval between two wake-ups while no reader waits. 50 transactions a second instead of one for each flush of the log. */
export const GATHER_MS = 20;

export interface WakerOptions {
  readonly wake: (position: bigint) => void;
  /** Default: `performance.now`. */
  readonly nowMs?: () => number;
}

export class Waker {
  readonly #options: WakerOptions;
  #newest = 0n;
  #told = 0n;
  #toldAtMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  /** A reader waits for a position that this has not heard of yet. */
  #isAwaited = false;

  constructor(options: WakerOptions) {
    this.#options = options;
  }

  /** The log reaches to this position. */
  reached(position: bigint): void {
    if (position <= this.#newest) return;
    this.#newest = position;
    const waitMs = this.#isAwaited ? 0 : this.#toldAtMs + GATHER_MS - this.#nowMs();
    this.#isAwaited = false;
    if (waitMs <= 0) this.#tell();
    else this.#timer ??= setTimeout(() => this.#tell(), waitMs);
  }

  /** A reader waits until the read model has this position: it is not to wait for the gathering too. */
  awaited(position: bigint): void {
    if (position > this.#newest) this.#isAwaited = true;
    if (position > this.#told && this.#newest > this.#told) this.#tell();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#told = this.#newest;
    this.#toldAtMs = this.#nowMs();
    this.#options.wake(this.#newest);
  }

  #nowMs(): number {
    return this.#options.nowMs?.() ?? performance.now();
  }
}
