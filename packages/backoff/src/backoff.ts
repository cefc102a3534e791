// The delays between one attempt and the next. Knows no clock: the caller waits.

/** Beyond it the delay has long reached its limit, and a power of two would end in Infinity. */
const DOUBLINGS_MAX = 30;

/** Delays that grow by doubling up to a limit. Half of each is left to chance, so that many who failed together do not come back together. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  #failures = 0;

  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
  }

  /** The delay after one more failure, in milliseconds. `random` is from 0 to 1; tests choose it. */
  nextMs(random: number = Math.random()): number {
    const fullMs = Math.min(this.#maxMs, this.#firstMs * 2 ** Math.min(this.#failures, DOUBLINGS_MAX));
    this.#failures += 1;
    return fullMs / 2 + (fullMs / 2) * random;
  }

  /** Something was achieved: the next delay is a short one again. */
  reset(): void {
    this.#failures = 0;
  }
}
