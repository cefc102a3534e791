// Documents of activations, with the rules that come with them as layers, as the store beside the snapshots has them. A document that has not
// the digest that an event recorded counts as missing, and so do rules without the mac of an api. They are put one by one and behind the
// answers, and a failure costs nothing but time.
import { hash } from 'node:crypto';
import { canonicalJson, Document, isJsonObject, type JsonValue } from '@confledger/document';
import type { Rule } from '@confledger/domain';
import { SNAPSHOT_PAUSE_MS } from '../loading/stream-snapshots.js';
import { LAYER_DOCUMENT_CHARACTERS_MAX, type LayerDocuments } from '../ports/layer-documents.js';

/** Activations whose documents are known to be stored. Of more than these one may be put again. */
export const DOCUMENTS_KNOWN_STORED_MAX = 20_000;

/** Documents that wait to be put. Beyond it one is left out until it is used again. */
export const DOCUMENTS_WAITING_MAX = 200;

/** A stored document is not what its activation recorded: somebody wrote into the store, or the log was set back. It was not used. */
export class StoredDocumentUnfit extends Error {
  override readonly name = 'StoredDocumentUnfit';
}

/** What names the document of an activation. */
export interface DocumentName {
  /** `<environment>.<service>` */
  readonly ledger: string;
  readonly activation: number;
  readonly digest: string;
}

export interface StoredDocumentsOptions {
  /** Where documents of activations are kept beside the snapshots. Default: nowhere. */
  readonly layerDocuments?: LayerDocuments | null;
  /** Receives faults of snapshots and of stored documents. */
  readonly onSnapshotFault?: (error: unknown) => void;
}

export interface StoredDocumentsTools extends StoredDocumentsOptions {
  /** The mac of a hash; null without the key: then no stored rules are used. */
  readonly macOf?: ((hash: string) => string) | null;
}

/** What is put: the document's `toSnapshot()`, whose revisions are shown and decide nothing, and its rules, nearest first. */
interface Body {
  readonly document: JsonValue;
  readonly rules: readonly Rule[];
  /** Of ledger, activation, digest and rules. */
  readonly mac: string;
}

interface Waiting {
  readonly name: DocumentName;
  readonly document: Document;
  readonly rules: () => Promise<readonly Rule[]>;
}

export class StoredDocuments {
  readonly #store: LayerDocuments | null;
  readonly #onFault: (error: unknown) => void;
  /** Those known to be stored, the one that was found first in front. */
  readonly #known = new Set<string>();
  readonly #waiting: Waiting[] = [];
  readonly #macOf: ((hash: string) => string) | null;
  #isPutting = false;
  /** By `performance.now()`. */
  #pausedUntilMs = 0;

  constructor({ layerDocuments = null, onSnapshotFault = () => undefined, macOf = null }: StoredDocumentsTools = {}) {
    this.#macOf = macOf;
    this.#store = layerDocuments;
    this.#onFault = onSnapshotFault;
  }

  /** The document of an activation; null where none is stored, or another one. Never rejects. */
  async find(name: DocumentName): Promise<Document | null> {
    const body = await this.#bodyOf(name);
    if (body === null) return null;
    const document = documentOf(body.document);
    if (document?.digest === name.digest) {
      this.#knows(keyOf(name));
      return document;
    }
    const { ledger, activation } = name;
    this.#onFault(new StoredDocumentUnfit(`the stored document of activation ${activation} of ${ledger} is not the one that it recorded`));
    return null;
  }

  /** The rules that come with an activation as a layer, nearest first; null where none are stored that an api vouches for. Never rejects. */
  async rules(name: DocumentName): Promise<readonly Rule[] | null> {
    const body = this.#macOf === null ? null : await this.#bodyOf(name);
    if (body === null) return null;
    if (body.mac === this.#mac(name, body.rules)) return body.rules;
    const { ledger, activation } = name;
    this.#onFault(new StoredDocumentUnfit(`the stored rules of activation ${activation} of ${ledger} are not those that an api put`));
    return null;
  }

  #mac({ ledger, activation, digest }: DocumentName, rules: readonly Rule[]): string {
    return this.#macOf?.(hash('sha256', canonicalJson([ledger, activation, digest, rules as unknown as JsonValue]), 'hex')) ?? '';
  }

  async #bodyOf({ ledger, activation }: DocumentName): Promise<Body | null> {
    if (this.#store === null || this.#isPaused) return null;
    try {
      return bodyOf(await this.#store.get(ledger, activation));
    } catch (error) {
      this.#failed(error);
      return null;
    }
  }

  /** Puts the document of an activation, later, unless that is known to be stored. */
  keep(name: DocumentName, document: Document, rules: () => Promise<readonly Rule[]>): void {
    const isTaken = this.#store !== null && !this.#isPaused && this.#waiting.length < DOCUMENTS_WAITING_MAX;
    if (!isTaken || document.size > LAYER_DOCUMENT_CHARACTERS_MAX || this.#known.has(keyOf(name))) return;
    this.#knows(keyOf(name));
    this.#waiting.push({ name, document, rules });
    if (!this.#isPutting) setImmediate(() => void this.#putWaiting());
    this.#isPutting = true;
  }

  async #putWaiting(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        const rules = await next.rules();
        const body: Body = { document: next.document.toSnapshot(), rules, mac: this.#mac(next.name, rules) };
        await this.#store?.put({ ...next.name, body: body as unknown as JsonValue });
      } catch (error) {
        this.#failed(error);
        for (const { name } of [next, ...this.#waiting.splice(0)]) this.#known.delete(keyOf(name));
      }
    }
    this.#isPutting = false;
  }

  get #isPaused(): boolean {
    return performance.now() < this.#pausedUntilMs;
  }

  /** A store that hangs would hold up every answer. */
  #failed(error: unknown): void {
    this.#pausedUntilMs = performance.now() + SNAPSHOT_PAUSE_MS;
    this.#onFault(error);
  }

  #knows(key: string): void {
    this.#known.add(key);
    if (this.#known.size <= DOCUMENTS_KNOWN_STORED_MAX) return;
    for (const oldest of this.#known) {
      this.#known.delete(oldest);
      return;
    }
  }
}

/** A body of another form is one that no document is made of. */
function bodyOf(body: JsonValue | null): Body | null {
  if (body === null) return null;
  const { document = null, rules = [], mac = '' } = isJsonObject(body) ? body : {};
  return { document, rules: (Array.isArray(rules) ? rules : []) as unknown as readonly Rule[], mac: typeof mac === 'string' ? mac : '' };
}

/** Null for what is no document. */
function documentOf(body: JsonValue): Document | null {
  try {
    const document = Document.fromSnapshot(body);
    // Read here, because it throws for what is no document.
    return document.digest.length > 0 ? document : null;
  } catch {
    return null;
  }
}

const keyOf = ({ ledger, activation, digest }: DocumentName): string => `${ledger} ${activation} ${digest}`;
