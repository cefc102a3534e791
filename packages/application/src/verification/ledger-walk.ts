// One ledger read forward from its beginning, as far as it is asked for: own documents and activations, from the log alone.
import type { Document } from '@confledger/document';
import {
  CommandWindow,
  contentProblem,
  emptyStream,
  ledgerAggregate,
  step,
  StreamCorrupt,
  type Activation,
  type LedgerEvent,
  type LedgerId,
  type LedgerStream,
} from '@confledger/domain';
import { decodeStored } from '../codec.js';
import { PAGE_EVENTS } from '../loading/stream-reader.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';

/** Asked in order it reads every event once; asked for something earlier it begins again. Throws a stream fault where the stream does not hold. */
export class LedgerWalk {
  readonly #store: Pick<EventStore, 'readStream'>;
  readonly #ledger: LedgerId;
  #stream: LedgerStream;
  #page: readonly StoredEvent[] = [];
  #next = 0;

  constructor(store: Pick<EventStore, 'readStream'>, ledger: LedgerId) {
    this.#store = store;
    this.#ledger = ledger;
    this.#stream = emptyStream(ledger.stream, CommandWindow.none);
  }

  /** Revision of the last event that was read; -1 before the first. */
  get revision(): number {
    return this.#stream.revision;
  }

  get origin(): string | null {
    return this.#stream.origin;
  }

  /** The activation in effect at a revision; null where none is. */
  async activation(revision: number): Promise<Activation | null> {
    if (this.#stream.state?.active?.activation === revision) return this.#stream.state.active;
    if (this.#stream.revision > revision) this.#begin();
    while (this.#stream.revision < revision && (await this.#step()));
    const active = this.#stream.state?.active ?? null;
    return active?.activation === revision ? active : null;
  }

  /** The own document at a version; null where it is none. */
  async document(version: number): Promise<Document | null> {
    if (this.#version > version) this.#begin();
    while (this.#version < version && (await this.#step()));
    return this.#version === version ? (this.#stream.state?.head.document ?? null) : null;
  }

  get #version(): number {
    return this.#stream.state?.head.version ?? -1;
  }

  #begin(): void {
    this.#stream = emptyStream(this.#ledger.stream, CommandWindow.none);
    this.#page = [];
    this.#next = 0;
  }

  /** False at the end of the stream. */
  async #step(): Promise<boolean> {
    if (this.#next >= this.#page.length) {
      const from = this.#stream.revision + 1;
      this.#page = await this.#store.readStream(this.#ledger.stream, { from, direction: 'forwards', limit: PAGE_EVENTS });
      this.#next = 0;
    }
    const stored = this.#page[this.#next];
    if (stored === undefined) return false;
    this.#next += 1;
    const problem = contentProblem(stored);
    if (problem !== null) throw new StreamCorrupt(`event ${stored.revision} of ${stored.stream} does not hold: ${problem}`);
    this.#stream = step(ledgerAggregate.apply, this.#stream, decodeStored<LedgerEvent>(ledgerAggregate.events, stored)).stream;
    return true;
  }
}
