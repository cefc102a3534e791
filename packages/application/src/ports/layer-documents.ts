// The port to documents of activations that ledgers stand on, kept beside the snapshots: what ran lately can be put together although the
// stream of a parent cannot be read. A cache: losing all of it costs time and nothing else, while those streams can be read.
import type { JsonValue } from '@confledger/document';

/** Documents that are kept of each ledger: those of its newest activations. */
export const LAYER_DOCUMENTS_KEPT_MAX = 32;

/** Longest document that is kept, in characters of its JSON text. A longer one is read from the streams each time. */
export const LAYER_DOCUMENT_CHARACTERS_MAX = 8 * 1024 * 1024;

/** What an activation took live. */
export interface LayerDocument {
  /** `<environment>.<service>` */
  readonly ledger: string;
  /** Revision of the activation. */
  readonly activation: number;
  /** As the activation recorded it, lower-case hex. */
  readonly digest: string;
  /** The document with the rules that come with it: see `StoredDocuments`. */
  readonly body: JsonValue;
}

export interface LayerDocuments {
  /** The body that was put last for an activation; null where there is none. It is not checked. */
  get(ledger: string, activation: number): Promise<JsonValue | null>;
  /**
   * Keeps a document in the place of the one of the same activation, and of each ledger those of the newest LAYER_DOCUMENTS_KEPT_MAX
   * activations. One over LAYER_DOCUMENT_CHARACTERS_MAX is not kept.
   */
  put(document: LayerDocument): Promise<void>;
}
