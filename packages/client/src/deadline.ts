// The time that a call has, and the signal by which its caller may abort it.

/** Longest time that a timer can wait, in milliseconds (24.8 days). */
export const TIMEOUT_MS_MAX = 2_147_483_647;

/** Aborts `signal` when the time is over or the caller aborts. Holds a timer and a listener until `end`. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #endsAtMs: number;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #abort = (): void => this.#controller.abort(this.#caller?.reason);
  #isOver = false;

  /** Throws the caller's reason where it has aborted already, and a TypeError for a time that no timer can wait. */
  constructor(timeoutMs: number, caller: AbortSignal | undefined) {
    caller?.throwIfAborted();
    if (!(timeoutMs > 0 && timeoutMs <= TIMEOUT_MS_MAX))
      throw new TypeError(`\`timeoutMs\` is not between 0 and ${TIMEOUT_MS_MAX}; give the milliseconds that the call may take`);
    this.#caller = caller;
    this.#endsAtMs = performance.now() + timeoutMs;
    this.#timer = setTimeout(() => {
      this.#isOver = true;
      this.#controller.abort();
    }, timeoutMs);
    caller?.addEventListener('abort', this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True when the time ended the call. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Milliseconds that are left. */
  get leftMs(): number {
    return this.#endsAtMs - performance.now();
  }

  /** From here on the caller alone can abort: what has begun may take its time. */
  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  /** Leaves nothing behind. */
  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#abort);
  }
}

/** Resolves after a time. Rejects at once with the signal's reason when it aborts. Leaves nothing behind. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
