// What has been started, to be stopped in the opposite order, once, in bounded time. Used by main.ts and compose.ts.

/** One part may take so long to stop before the next one is stopped all the same. */
export const STOP_TIMEOUT_MS = 15_000;

interface Part {
  readonly name: string;
  readonly stop: () => Promise<void> | void;
}

export class Shutdown {
  readonly #parts: Part[] = [];
  readonly #onFault: (part: string, error: unknown) => void;
  #running: Promise<void> | undefined;

  /** `onFault` hears of a part that fails to stop or takes too long; the others are stopped all the same. */
  constructor(onFault: (part: string, error: unknown) => void) {
    this.#onFault = onFault;
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
        await within(STOP_TIMEOUT_MS, part.stop());
      } catch (error) {
        this.#onFault(part.name, error);
      }
    }
  }
}

async function within(timeoutMs: number, work: Promise<void> | void): Promise<void> {
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
