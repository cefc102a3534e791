// Reads the next page while the one before it is checked and folded, so that a long load waits for the slower of the two and not for both.
import type { StoredEvent } from '../ports/event-store.js';

export class PagesAhead {
  readonly #read: (from: number) => Promise<readonly StoredEvent[]>;
  #begun: { readonly from: number; readonly page: Promise<readonly StoredEvent[]> } | null = null;

  constructor(read: (from: number) => Promise<readonly StoredEvent[]>) {
    this.#read = read;
  }

  /** Begins to read a page that will be taken. A failure is met by who takes it; when nobody does, it does not matter. */
  begin(from: number): void {
    const page = this.#read(from);
    page.catch(() => undefined);
    this.#begun = { from, page };
  }

  /** The page from a revision on. */
  take(from: number): Promise<readonly StoredEvent[]> {
    const begun = this.#begun;
    this.#begun = null;
    return begun?.from === from ? begun.page : this.#read(from);
  }
}
