// What has been started, to be stopped in the opposite order, once. A part that fails to stop keeps no other from being stopped.

/** Time limit for one part to stop; then the next one is stopped all the same. */
export const STOP_TIMEOUT_MS = 15_000;

interface Part {
  readonly name: string;
  readonly stop: () => Promise<void> | void;
}

export class Shutdown {
  readonly #parts: Part[] = [];
  readonly #onFault: (part: string, error: unknown) => void;
  readonly #stopTimeoutMs: number | null;
  #running: Promise<void> | undefined;

  /** `onFault` is called for each part that fails to stop, or takes longer than `stopTimeoutMs`; null waits for ever. */
  constructor(onFault: (part: string, error: unknown) => void, stopTimeoutMs: number | null = STOP_TIMEOUT_MS) {
    this.#onFault = onFault;
    this.#stopTimeoutMs = stopTimeoutMs;
  }

  /** Something was started, and this ends it. */
  add(name: string, stop: () => Promise<void> | void): void {
    this.#parts.push({ name, stop });
  }

  /** Stops everything, the newest first. Idempotent; never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#stopAll();
    return this.#running;
  }

  async #stopAll(): Promise<void> {
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      try {
        await within(this.#stopTimeoutMs, part.stop());
      } catch (error) {
        this.#onFault(part.name, error);
      }
    }
  }
}

async function within(timeoutMs: number | null, work: Promise<void> | void): Promise<void> {
  if (timeoutMs === null) return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not stop within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
