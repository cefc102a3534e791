// Documents of activations in memory: for tests and benchmarks.
import { parseJsonText, type JsonValue } from '@confledger/document';
import {
  LAYER_DOCUMENT_CHARACTERS_MAX,
  LAYER_DOCUMENTS_KEPT_MAX,
  type LayerDocument,
  type LayerDocuments,
} from '../ports/layer-documents.js';

export class InMemoryLayerDocuments implements LayerDocuments {
  /** Texts by activation, by ledger. */
  readonly #ledgers = new Map<string, Map<number, string>>();

  async get(ledger: string, activation: number): Promise<JsonValue | null> {
    const text = this.#ledgers.get(ledger)?.get(activation);
    return text === undefined ? null : (parseJsonText(text) as JsonValue);
  }

  async put({ ledger, activation, body }: LayerDocument): Promise<void> {
    const text = JSON.stringify(body);
    if (text.length > LAYER_DOCUMENT_CHARACTERS_MAX) return;
    const texts = this.#ledgers.get(ledger) ?? new Map<number, string>();
    texts.set(activation, text);
    for (const older of [...texts.keys()].sort((one, other) => other - one).slice(LAYER_DOCUMENTS_KEPT_MAX)) texts.delete(older);
    this.#ledgers.set(ledger, texts);
  }

  /** How many are kept. */
  get size(): number {
    return [...this.#ledgers.values()].reduce((sum, texts) => sum + texts.size, 0);
  }

  /** Forgets all of them, as anyone may at any time. */
  clear(): void {
    this.#ledgers.clear();
  }
}
