// What activations took live, put together again from a ledger and its parents: the log alone is read, no cache.
import { Document } from '@confledger/document';
import {
  activeLayers,
  effectiveDocument,
  laidOver,
  layersKey,
  LedgerId,
  withoutReserved,
  type Activation,
  type Layer,
  type Layered,
} from '@confledger/domain';
import type { KeptDocuments } from '../ledger/kept-documents.js';
import { isStreamFault } from '../loading/broken-streams.js';
import type { EventStore } from '../ports/event-store.js';
import { LedgerWalk } from './ledger-walk.js';

export interface LayerCheckOptions {
  readonly store: Pick<EventStore, 'readStream'>;
  /** Revision of the first event of a stream that is known not to hold; null where none is. */
  readonly brokenFrom: (stream: string) => number | null;
  /** Documents of layers that were verified, for all ledgers of one verification. */
  readonly verified: KeptDocuments;
}

/** What an activation says of the document that it took live. */
export type Claimed = Pick<Layered, 'own' | 'layers'> & { readonly version: number; readonly digest: string };

/** Why an activation does not hold; with the name of a parent, why it cannot be verified. */
export interface LayerProblem {
  readonly reason: string;
  readonly unverifiable: string | null;
}

/** The ledger that is checked, with its own document where that is at hand. */
export interface CheckedLedger {
  readonly ledger: LedgerId;
  readonly own: Document | null;
}

interface Walks {
  readonly activations: LedgerWalk;
  readonly versions: LedgerWalk;
}

/** For the activations of one ledger, asked in their order: its parents are then read once. */
export class LayerCheck {
  readonly #options: LayerCheckOptions;
  readonly #walks = new Map<string, Walks>();
  /** Layers that are being put together: one that stands on itself is none. */
  readonly #underWay = new Set<string>();

  constructor(options: LayerCheckOptions) {
    this.#options = options;
  }

  /** Null where child and parents give the document that was taken live. Rejects with `EventStoreUnavailable`. */
  async problemOf(checked: CheckedLedger, claimed: Claimed): Promise<LayerProblem | null> {
    try {
      const own = checked.own ?? (await this.#own(checked.ledger, claimed.version));
      const effective = own === null ? null : await this.#effective(own, claimed);
      if (effective?.digest === claimed.digest) return null;
      return { reason: `its digest is not that of version ${claimed.version} over its layers`, unverifiable: null };
    } catch (error) {
      if (!(error instanceof LayerUnfit)) throw error;
      return { reason: error.message, unverifiable: error.parent };
    }
  }

  async #effective(own: Document, { own: ownDigest, digest, layers }: Claimed): Promise<Document> {
    // As it is put together where it is served.
    if (layers.length === 0) return ownDigest === digest ? own : withoutReserved(own);
    const documents: Document[] = [];
    for (const layer of layers) documents.push(await this.#layer(layer));
    return effectiveDocument(own, laidOver(documents));
  }

  async #own(ledger: LedgerId, version: number): Promise<Document | null> {
    return version === 0 ? Document.empty : this.#walksOf(ledger).versions.document(version);
  }

  /** The document of a layer. Throws `LayerUnfit`. */
  async #layer(layer: Layer): Promise<Document> {
    const name = layersKey([layer]);
    const kept = this.#options.verified.get(name);
    if (kept !== undefined) return kept;
    if (this.#underWay.has(name)) throw new LayerUnfit(`it stands on ${named(layer)}, which stands on itself`);
    this.#underWay.add(name);
    try {
      const document = await this.#read(layer);
      this.#options.verified.keep(name, document);
      return document;
    } finally {
      this.#underWay.delete(name);
    }
  }

  async #read(layer: Layer): Promise<Document> {
    const id = LedgerId.parse(layer.ledger);
    if (id === null) throw new LayerUnfit(`it stands on '${layer.ledger}', which is not the name of a ledger`);
    const broken = this.#options.brokenFrom(id.stream);
    if (broken !== null && broken <= layer.activation) throw LayerUnfit.unread(layer, `its event ${broken} does not hold`);
    const active = await this.#activation(id, layer);
    try {
      const document = await this.#documentOf(id, active);
      if (document?.digest === active.digest) return document;
    } catch (error) {
      // Of a chain of parents the one that does not hold is named.
      if (!(error instanceof LayerUnfit) || error.parent !== null) throw error;
      throw LayerUnfit.unread(layer, error.message);
    }
    throw LayerUnfit.unread(layer, `its activation ${active.activation} does not hold`);
  }

  /** The activation of a layer, which must be as the layer says. */
  async #activation(id: LedgerId, layer: Layer): Promise<Activation> {
    const { activations } = this.#walksOf(id);
    const active = await readable(layer, () => activations.activation(layer.activation));
    if (activations.revision < layer.activation) throw LayerUnfit.unread(layer, `it ends at event ${activations.revision}`);
    if (active === null) throw new LayerUnfit(`it stands on ${named(layer)}, which is no activation`);
    const isSame = activations.origin === layer.origin && active.digest === layer.digest && active.version === layer.version;
    if (!isSame) throw new LayerUnfit(`it stands on ${named(layer)} as something else than that is`);
    return active;
  }

  async #documentOf(id: LedgerId, active: Activation): Promise<Document | null> {
    const { own, layers } = activeLayers(active);
    const { version, digest } = active;
    const document = active.document ?? (await readable({ ledger: id.text }, () => this.#own(id, version)));
    return document?.digest === own ? this.#effective(document, { version, digest, own, layers }) : null;
  }

  #walksOf(id: LedgerId): Walks {
    const known = this.#walks.get(id.text);
    if (known !== undefined) return known;
    const { store } = this.#options;
    const walks = { activations: new LedgerWalk(store, id), versions: new LedgerWalk(store, id) };
    this.#walks.set(id.text, walks);
    return walks;
  }
}

/** A layer that does not hold, or that cannot be read. */
class LayerUnfit extends Error {
  override readonly name = 'LayerUnfit';

  /** The parent that cannot be read; null where the layer does not hold. */
  readonly parent: string | null;

  constructor(message: string, parent: string | null = null) {
    super(message);
    this.parent = parent;
  }

  static unread({ ledger }: Pick<Layer, 'ledger'>, why: string): LayerUnfit {
    return new LayerUnfit(`it cannot be verified: its parent ${ledger} cannot be read (${why})`, ledger);
  }
}

const named = ({ ledger, activation }: Layer): string => `activation ${activation} of ${ledger}`;

async function readable<T>(layer: Pick<Layer, 'ledger'>, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw isStreamFault(error) ? LayerUnfit.unread(layer, error.message) : error;
  }
}
