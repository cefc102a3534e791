// Where each leaf of an effective document comes from, traced through the layers of its layers to the ledger that gave the value.
import { explainOverlay, type Document, type ExplainedLeaf, type JsonValue, type Overridden } from '@confledger/document';
import { hiddenPaths, LedgerId, withoutReserved, type Layer } from '@confledger/domain';
import { KeptByLeaves } from './kept-documents.js';
import type { Layering } from './layering.js';

/** The place of a leaf's last change. */
export interface Origin {
  readonly ledger: string;
  readonly revision: number;
  /** Null for what no activation took live yet. */
  readonly activation: number | null;
}

/** A value that is overridden; `origin` is null for an object, which has many. */
export interface OverriddenLeaf {
  readonly ledger: string;
  readonly value: JsonValue;
  readonly origin: Origin | null;
}

export interface TracedLeaf {
  readonly path: string;
  readonly value: JsonValue;
  readonly origin: Origin;
  /** Nearest first. */
  readonly overrides: readonly OverriddenLeaf[];
}

/** What an effective document is made of. */
export interface Parts {
  readonly ledger: string;
  readonly activation: number | null;
  /** Of a document that is not live: what the ledger itself runs. Leaves that have not changed since are live. */
  readonly live: { readonly activation: number; readonly own: Document } | null;
  /** With the revisions of this ledger, not those of another document of the same content. */
  readonly own: Document;
  readonly layers: readonly Layer[];
  readonly document: Document;
}

/** One level of an overlay. */
interface Level {
  readonly ledger: string;
  readonly document: Document;
  trace(path: string, revision: number): Pick<TracedLeaf, 'origin' | 'overrides'>;
}

/** Leaves that are remembered over all activations. */
const TRACED_LEAVES_MAX = 500_000;

const NO_OVERRIDES: readonly OverriddenLeaf[] = Object.freeze([]);

export class LeafOrigins {
  readonly #layering: Layering;
  /** By ledger, origin and activation. */
  readonly #levels = new KeptByLeaves<Level>({ leavesOf: ({ document }) => document.leafCount, leavesMax: TRACED_LEAVES_MAX });

  constructor(layering: Layering) {
    this.#layering = layering;
  }

  /** The leaves of the document in path order. */
  async of(parts: Parts): Promise<TracedLeaf[]> {
    const { own, layers, document } = parts;
    // Without layers, what runs may hold the reserved member as a name like any other.
    if (layers.length === 0 && own.digest === document.digest) return tracedOf([topLevel(parts, own)], []);
    const farther = await Promise.all(layers.map((layer) => this.#levelOf(layer)));
    return tracedOf([topLevel(parts, withoutReserved(own)), ...farther], hiddenPaths(own));
  }

  async #levelOf(layer: Layer): Promise<Level> {
    const key = `${layer.ledger} ${layer.origin} ${layer.activation}`;
    const kept = this.#levels.get(key);
    if (kept !== undefined) return kept;
    const level = await this.#made(layer);
    this.#levels.keep(key, level);
    return level;
  }

  async #made(layer: Layer): Promise<Level> {
    const { id, past } = await this.#layering.layerActivation(layer);
    const own = await this.#layering.ownOf(id, past);
    const document = await this.#layering.layerDocument(layer);
    if (past.layers.length === 0)
      return ownLevel(layer.ledger, layer.activation, own.digest === document.digest ? own : withoutReserved(own));
    const traced = await this.of({ ledger: layer.ledger, activation: layer.activation, live: null, own, layers: past.layers, document });
    return tracedLevel(layer.ledger, document, traced);
  }
}

/** A level whose leaves are all the ledger's own. */
function ownLevel(ledger: string, activation: number | null, document: Document): Level {
  return { ledger, document, trace: (_path, revision) => ({ origin: { ledger, activation, revision }, overrides: NO_OVERRIDES }) };
}

/** The ledger's own part of what is explained. */
function topLevel({ ledger, activation, live }: Parts, document: Document): Level {
  if (activation !== null || live === null) return ownLevel(ledger, activation, document);
  const activationOf = (path: string, revision: number) => (live.own.nodeAt(path)?.revision === revision ? live.activation : null);
  const trace: Level['trace'] = (path, revision) => ({
    ...{ origin: { ledger, activation: activationOf(path, revision), revision }, overrides: NO_OVERRIDES },
  });
  return { ledger, document, trace };
}

/** A level that was laid over others itself. */
function tracedLevel(ledger: string, document: Document, leaves: readonly TracedLeaf[]): Level {
  const byPath = new Map(leaves.map((leaf) => [leaf.path, leaf]));
  return {
    ledger,
    document,
    trace(path) {
      const leaf = byPath.get(path);
      if (leaf === undefined) throw new TypeError('a leaf of a layer is missing in its document');
      return leaf;
    },
  };
}

function tracedOf(levels: readonly Level[], hidden: readonly string[]): TracedLeaf[] {
  const documents = levels.map(({ document }) => document);
  return Array.from(explainOverlay(documents, hidden), (leaf) => tracedLeaf(leaf, levels, hidden));
}

function tracedLeaf(
  { path, value, revision, level, overrides }: ExplainedLeaf,
  levels: readonly Level[],
  hidden: readonly string[],
): TracedLeaf {
  const source = levels[level];
  if (source === undefined) throw new TypeError('a leaf comes from a level that is not there');
  const { origin, overrides: nearest } = source.trace(path, revision);
  if (overrides.length === 0) return { path, value, origin, overrides: nearest };
  return { path, value, origin, overrides: [...nearest, ...overrides.flatMap((each) => overriddenBy(path, each, levels, hidden))] };
}

/** What stands at a path in a farther level, with what that overrides itself. */
function overriddenBy(path: string, each: Overridden, levels: readonly Level[], hidden: readonly string[]): OverriddenLeaf[] {
  const level = levels[each.level];
  if (level === undefined) return [];
  const { ledger, document } = level;
  if (each.kind === 'object') return [{ ledger, value: document.without(hidden).valueAt(path) ?? {}, origin: null }];
  const { origin, overrides } = level.trace(path, each.revision);
  return [{ ledger: origin.ledger, value: each.value, origin }, ...overrides];
}

/** The ledger that an origin names. Throws on any other text. */
export function ledgerOf({ ledger }: Pick<Origin, 'ledger'>): LedgerId {
  const id = LedgerId.parse(ledger);
  if (id === null) throw new TypeError(`'${ledger}' is no ledger`);
  return id;
}
