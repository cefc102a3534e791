// How long to wait before the next attempt. Used by a node's session for connections and for new readings.

/** Grows from `baseMs` by doubling up to `maxMs`; half of it is random, so that many nodes do not come back in one moment. */
export class Pause {
  readonly #baseMs: number;
  readonly #maxMs: number;
  #failures = 0;

  constructor(baseMs: number, maxMs: number) {
    this.#baseMs = baseMs;
    this.#maxMs = maxMs;
  }

  next(random: number = Math.random()): number {
    const fullMs = Math.min(this.#maxMs, this.#baseMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return fullMs / 2 + (fullMs / 2) * random;
  }

  reset(): void {
    this.#failures = 0;
  }
}
