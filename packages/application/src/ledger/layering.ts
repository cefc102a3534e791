// What ledgers run, put together from their own documents and those of their ancestors, as their activations recorded them. Whoever builds a
// document here compares its digest with the event's: what is not what was signed leaves no process.
import { Document } from '@confledger/document';
import {
  effectiveDocument,
  laidOver,
  layersKey,
  LedgerId,
  NO_BASE,
  pastActivationOf,
  StreamCorrupt,
  withoutReserved,
  type Activation,
  type Ancestor,
  type Base,
  type Layer,
  type Ledger,
  type LedgerTypes,
  type PastActivation,
  type Rule,
} from '@confledger/domain';
import type { FactSource } from '../commands/facts.js';
import type { KeptStream } from '../loading/kept-stream.js';
import { activationEvent, loadVersion, type LedgerReader } from './ledger-versions.js';
import { keptDocuments } from './kept-documents.js';
import { LayerRules } from './layer-rules.js';
import { StoredDocuments, type DocumentName } from './stored-documents.js';

/** What names the document of an activation. */
export type Ran = Pick<PastActivation, 'activation' | 'version' | 'own' | 'digest' | 'layers'>;

/** A ledger's own document at a version, where it is at hand. */
export interface AtHand {
  readonly version: number;
  readonly document: Document | null;
}

export interface LayeringOptions {
  readonly reader: LedgerReader;
  /** The state that this process keeps of a ledger. */
  readonly keptOf: (ledger: LedgerId) => KeptStream<LedgerTypes>;
  /** For parts with the key alone. Default: none. */
  readonly stored?: StoredDocuments;
}

/** How a document that is not stored is made, and the rules that are stored with it. */
interface ToStore {
  readonly make: () => Promise<Document>;
  readonly rules: () => Promise<readonly Rule[]>;
}

export class Layering {
  readonly #options: LayeringOptions;
  readonly #stored: StoredDocuments;
  /** Documents that ran, by digest. */
  readonly #documents = keptDocuments();
  /** Layers laid over each other, by `layersKey`. */
  readonly #bases = keptDocuments();
  /** The rules that come with layers. */
  readonly rules: LayerRules;

  constructor(options: LayeringOptions) {
    this.#options = options;
    this.#stored = options.stored ?? new StoredDocuments();
    this.rules = new LayerRules({
      ...options,
      activationOf: (layer) => this.layerActivation(layer),
      storedOf: (layer) => this.#stored.rules(layer),
    });
  }

  /** The document that an activation took live. Throws `StreamCorrupt` where it cannot be put together again. */
  async documentOf(id: LedgerId, ran: Ran, atHand: AtHand | null = null, above: Chain | null = null): Promise<Document> {
    if (ran.layers.length === 0 && atHand?.version === ran.version && atHand.document?.digest === ran.digest) return atHand.document;
    if (ran.layers.length === 0) return this.#documents.get(ran.digest) ?? this.#together(id, ran, atHand, above);
    return this.#storedOr(
      { ledger: id.text, ...ran },
      {
        make: () => this.#together(id, ran, atHand, above),
        rules: () => this.rules.ofRun(id, ran),
      },
    );
  }

  /** A document from memory, else as it is stored, else as it is made from streams, which is stored then. */
  async #storedOr(name: DocumentName, { make, rules }: ToStore): Promise<Document> {
    const { ledger, activation, digest } = name;
    const document = this.#documents.get(digest) ?? (await this.#stored.find(name)) ?? (await make());
    this.#documents.keep(digest, document);
    // What is in memory may have been that of another activation.
    this.#stored.keep({ ledger, activation, digest }, document, rules);
    return document;
  }

  /** A document put together from its streams. */
  async #together(id: LedgerId, ran: Ran, atHand: AtHand | null, above: Chain | null): Promise<Document> {
    const own = await this.ownOf(id, ran, atHand);
    const document = await this.#effective(own, ran, chained(id, ran, above));
    if (document.digest !== ran.digest) throw doesNotHold(id, ran, 'what it recorded gives another digest');
    this.#documents.keep(ran.digest, document);
    return document;
  }

  /** The document of an activation that was not made yet: over a base that is at hand. */
  async documentOver(id: LedgerId, ran: Ran, base: Document, atHand: AtHand): Promise<Document> {
    return effectiveDocument(await this.ownOf(id, ran, atHand), base);
  }

  /** The own document of an activation. */
  async ownOf(id: LedgerId, { version, own, activation }: Ran, atHand: AtHand | null = null): Promise<Document> {
    const document = version === atHand?.version && atHand.document !== null ? atHand.document : await this.#version(id, version);
    if (document?.digest !== own) throw doesNotHold(id, { activation }, `version ${version} has another digest`);
    return document;
  }

  async #version(id: LedgerId, version: number): Promise<Document | null> {
    if (version === 0) return Document.empty;
    const { head, active } = this.#options.keptOf(id).known?.stream.state ?? { head: null, active: null };
    if (head?.version === version) return head.document;
    if (active?.version === version && active.document !== null) return active.document;
    const loaded = await loadVersion(this.#options.reader, id, version);
    return 'document' in loaded ? loaded.document : null;
  }

  async #effective(own: Document, { layers, own: ownDigest, digest }: Ran, above: Chain): Promise<Document> {
    if (layers.length > 0) return effectiveDocument(own, await this.laid(layers, above));
    // Under form 1 the reserved member is a name like any other, and part of what runs.
    return ownDigest === digest ? own : withoutReserved(own);
  }

  /** Recorded layers, laid over each other. */
  async laid(layers: readonly Layer[], above: Chain | null = null): Promise<Document> {
    if (layers.length === 0) return Document.empty;
    const key = layersKey(layers);
    const kept = this.#bases.get(key);
    if (kept !== undefined) return kept;
    const base = laidOver(await Promise.all(layers.map((layer) => this.layerDocument(layer, above))));
    this.#bases.keep(key, base);
    return base;
  }

  /** Recorded layers, laid over each other, with their rules. */
  async base(layers: readonly Layer[]): Promise<Base> {
    if (layers.length === 0) return NO_BASE;
    const [document, rules] = await Promise.all([this.laid(layers), this.rules.of(layers)]);
    return { layers, document, rules };
  }

  /** The same, where it is known without a read. */
  laidIfKept(key: string): Document | undefined {
    return this.#bases.get(key);
  }

  /** The document of a layer: what that ancestor ran with its activation. */
  async layerDocument(layer: Layer, above: Chain | null = null): Promise<Document> {
    const make = async () => {
      const { id, past } = await this.layerActivation(layer);
      return this.#together(id, past, null, above);
    };
    return this.#storedOr(layer, { make, rules: () => this.rules.of([layer]) });
  }

  /** The activation that a layer names. Throws `StreamCorrupt` where there is none, or another one. */
  async layerActivation(layer: Layer): Promise<{ readonly id: LedgerId; readonly past: PastActivation }> {
    const id = LedgerId.parse(layer.ledger);
    if (id === null) throw new StreamCorrupt(`a layer names '${layer.ledger}', which is no ledger`);
    const past = this.#keptActivation(id, layer) ?? (await this.#storedActivation(id, layer));
    if (past.digest !== layer.digest || past.version !== layer.version)
      throw doesNotHold(id, layer, 'a ledger that stands on it recorded another digest');
    return { id, past };
  }

  #keptActivation(id: LedgerId, { origin, activation }: Layer): PastActivation | undefined {
    const { stream } = this.#options.keptOf(id).known ?? {};
    if (stream === undefined || stream.origin !== origin) return undefined;
    return stream.state?.activations.find((each) => each.activation === activation);
  }

  async #storedActivation(id: LedgerId, { origin, activation }: Layer): Promise<PastActivation> {
    const { reader } = this.#options;
    const [event, [first]] = await Promise.all([activationEvent(reader, id, activation), reader.events(id, 0, 1)]);
    if (first !== undefined && first.id !== origin)
      throw doesNotHold(id, { activation }, 'a ledger that stands on it recorded another origin');
    if (event === null) throw doesNotHold(id, { activation }, 'a ledger stands on it, and it is no activation');
    return pastActivationOf(event, null);
  }

  /** The newest activations of a service in the ancestors of an environment, by reads that begin with the call, and what was read for it. */
  async newest(service: string, ancestors: readonly Ancestor[]): Promise<{ readonly base: Base; readonly sources: readonly FactSource[] }> {
    const sources: FactSource[] = [];
    const found = await Promise.all(ancestors.map((ancestor) => this.#running(service, ancestor, sources)));
    const layers = found.flat();
    return { base: await this.base(layers), sources };
  }

  /** Where an ancestor runs nothing of the service, its own ancestors stand in its place. */
  async #running(service: string, { name, parents }: Ancestor, sources: FactSource[]): Promise<Layer[]> {
    const id = LedgerId.of(name, service);
    const { stream } = await this.#options.keptOf(id).fresh();
    sources.push({ stream: id.stream, revision: stream.revision });
    const layer = layerOf(id, stream.origin, runningIn(stream.state));
    if (layer !== null) return [layer];
    return (await Promise.all(parents.map((parent) => this.#running(service, parent, sources)))).flat();
  }
}

/** What those below a ledger can be laid over: nothing of one that is retired, which none of them is laid over already. */
export function runningIn(ledger: Ledger | null): Activation | null {
  return ledger === null || ledger.retired ? null : ledger.active;
}

/** The layer that what a ledger runs is for those below it; null where it runs nothing. */
export function layerOf(
  { text }: LedgerId,
  origin: string | null,
  active: Pick<PastActivation, 'activation' | 'version' | 'digest'> | null,
): Layer | null {
  if (origin === null || active === null) return null;
  const { activation, version, digest } = active;
  return { ledger: text, origin, activation, version, digest };
}

/** Activations that are being put together, each for the one above it. */
interface Chain {
  readonly ledger: string;
  readonly activation: number;
  readonly above: Chain | null;
}

/** Who writes to the database can let two activations name each other: without this they would be read for ever. */
function chained(id: LedgerId, { activation }: Ran, above: Chain | null): Chain {
  for (let link = above; link !== null; link = link.above)
    if (link.ledger === id.text && link.activation === activation) throw doesNotHold(id, { activation }, 'it is built on itself');
  return { ledger: id.text, activation, above };
}

function doesNotHold(id: LedgerId, { activation }: Pick<Ran, 'activation'>, why: string): StreamCorrupt {
  return new StreamCorrupt(`event ${activation} of ${id.stream} does not hold: ${why}`);
}
