// Reads the next page while the one before it is worked on, so that a long reading waits for the slower of the two and not for both.
import type { StoredEvent } from '../ports/event-store.js';

/** `From` says where a page begins: a revision of a stream, a position of the log. */
export class PagesAhead<From extends number | bigint> {
  readonly #read: (from: From) => Promise<readonly StoredEvent[]>;
  #begun: { readonly from: From; readonly page: Promise<readonly StoredEvent[]> } | null = null;

  constructor(read: (from: From) => Promise<readonly StoredEvent[]>) {
    this.#read = read;
  }

  /** Begins to read a page that will be taken. A failure is met by who takes it; when nobody does, it does not matter. */
  begin(from: From): void {
    const page = this.#read(from);
    page.catch(() => undefined);
    this.#begun = { from, page };
  }

  /** The page that begins there. */
  take(from: From): Promise<readonly StoredEvent[]> {
    const begun = this.#begun;
    this.#begun = null;
    return begun?.from === from ? begun.page : this.#read(from);
  }
}
