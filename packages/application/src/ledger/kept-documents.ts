// Documents by what names their content, the longest unused first. Those of one family share most of their subtrees.
import type { Document } from '@confledger/document';

/** Documents kept at once. */
const DOCUMENTS_MAX = 4_000;

/** Leaves over all of them; shared ones count in each. */
const LEAVES_MAX = 2_000_000;

export class KeptDocuments {
  readonly #documents = new Map<string, Document>();
  #leaves = 0;

  get(name: string): Document | undefined {
    const document = this.#documents.get(name);
    if (document === undefined) return undefined;
    this.#documents.delete(name);
    this.#documents.set(name, document);
    return document;
  }

  keep(name: string, document: Document): void {
    this.#forget(name);
    this.#documents.set(name, document);
    this.#leaves += document.leafCount;
    for (const oldest of this.#documents.keys()) {
      if (this.#documents.size <= DOCUMENTS_MAX && this.#leaves <= LEAVES_MAX) return;
      if (oldest !== name) this.#forget(oldest);
    }
  }

  #forget(name: string): void {
    this.#leaves -= this.#documents.get(name)?.leafCount ?? 0;
    this.#documents.delete(name);
  }
}
