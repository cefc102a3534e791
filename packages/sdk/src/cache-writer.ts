// Keeps the cache file up to date beside the running node: one write at a time, the newest state wins, and nothing waits for it.
import { writeCacheFile, type CachedActivation } from './cache-file.js';
import { ConfLedgerError } from './errors.js';

export class CacheWriter {
  readonly #path: string;
  readonly #onError: (error: ConfLedgerError) => void;
  #next: CachedActivation | null = null;
  #writing: Promise<void> | null = null;

  constructor(path: string, onError: (error: ConfLedgerError) => void) {
    this.#path = path;
    this.#onError = onError;
  }

  put(cached: CachedActivation): void {
    this.#next = cached;
    this.#writing ??= this.#drain();
  }

  /** Resolves when everything put so far is on disk, or could not be written. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    // The swap that asks for this goes first.
    await Promise.resolve();
    while (this.#next !== null) {
      const cached = this.#next;
      this.#next = null;
      try {
        await writeCacheFile(this.#path, cached);
      } catch (error) {
        this.#onError(new ConfLedgerError('CACHE_NOT_WRITTEN', `the cache file ${this.#path} cannot be written`, { cause: error }));
      }
    }
    this.#writing = null;
  }
}
