// The listeners to changes, called after every swap. A fault of one never reaches the others or the feed.
import { compileGlob, parseGlob } from '@confledger/document';
import { ConfLedgerError } from './errors.js';
import type { NodeDifference } from './resolving/view.js';

/** One swap, as far as it touches the glob that was asked for. */
export interface ChangeEvent {
  /** 'resolution': the same activation means something else on this node now, by a profile, a file or a variable. */
  readonly cause: 'activation' | 'resolution';
  readonly version: number;
  readonly activation: number;
  /** The version that this node ran before. */
  readonly previous: number;
  /** Id of who activated it. */
  readonly actor: string;
  readonly activatedAt: string;
  /** Leaf by leaf, sorted by path. A missing `before` or `after`: the leaf was or is not there. */
  readonly changes: readonly NodeDifference[];
}

export type ChangeListener = (event: ChangeEvent) => unknown;

interface Entry {
  readonly matches: (path: string) => boolean;
  readonly listener: ChangeListener;
}

export class ChangeListeners {
  readonly #entries = new Set<Entry>();
  readonly #onError: (error: ConfLedgerError) => void;

  constructor(onError: (error: ConfLedgerError) => void) {
    this.#onError = onError;
  }

  get none(): boolean {
    return this.#entries.size === 0;
  }

  /** Returns the unsubscribe function. Throws ConfLedgerError OPTION_INVALID for an invalid glob. */
  add(glob: string, listener: ChangeListener, signal?: AbortSignal): () => void {
    const parsed = parseGlob(glob);
    if (!parsed.ok) throw new ConfLedgerError('OPTION_INVALID', `'${glob}' is not a glob: ${parsed.problem.message}`);
    if (signal?.aborted === true) return () => undefined;
    const entry: Entry = { matches: compileGlob(glob), listener };
    const remove = (): void => {
      this.#entries.delete(entry);
      signal?.removeEventListener('abort', remove);
    };
    this.#entries.add(entry);
    signal?.addEventListener('abort', remove, { once: true });
    return remove;
  }

  /** Calls every listener whose glob matches at least one change, in the order in which they were added. */
  notify(event: ChangeEvent): void {
    // A listener that is added by a listener is first called at the next activation.
    const entries = Array.from(this.#entries);
    for (const { matches, listener } of entries) {
      const changes = event.changes.filter(({ path }) => matches(path));
      if (changes.length > 0) this.#call(listener, { ...event, changes });
    }
  }

  clear(): void {
    this.#entries.clear();
  }

  #call(listener: ChangeListener, event: ChangeEvent): void {
    try {
      const result = listener(event);
      if (result instanceof Promise) result.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(cause: unknown): void {
    this.#onError(new ConfLedgerError('LISTENER_FAILED', 'a listener given to onChange threw', { cause }));
  }
}
