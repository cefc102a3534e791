// Where the log ends, as far as a writer knows: it wrote there itself, and as long as no other process writes, that stays so.

/**
 * So many flushes in a row must have found the log where this writer left it before it trusts that again after another writer came between:
 * an insert at a place that is taken costs a round trip.
 */
export const UNDISTURBED_FLUSHES_MIN = 4;

export class KnownEnd {
  #position: bigint | null = null;
  #undisturbed = UNDISTURBED_FLUSHES_MIN;

  /** Where the next event goes behind, if nobody else has written meanwhile; null when that is not known, or likely wrong. */
  get position(): bigint | null {
    return this.#undisturbed < UNDISTURBED_FLUSHES_MIN ? null : this.#position;
  }

  /** A flush found the log to end at `before`, and left it ending at `end`. */
  moved(before: bigint, end: bigint): void {
    if (this.#position !== null) this.#undisturbed = before === this.#position ? this.#undisturbed + 1 : 0;
    this.#position = end;
  }

  /** The log is elsewhere, or another writer is at work. */
  disturbed(): void {
    this.#undisturbed = 0;
  }

  /** Nothing is known any more: of another connection, or of a log that may be another one. */
  forget(): void {
    this.#position = null;
  }
}
