// What a ledger's document is laid over: activations of the ledgers of the same service in the environments that its environment inherits from.
import { canonicalJson, Document, parseJsonText } from '@confledger/document';
import type { Ancestor } from '../environments/ancestors.js';
import type { Rule } from '../schemas/rules.js';
import type { Layer } from './events.js';
import { hiddenPaths, withoutReserved } from './reserved.js';

/** Layers laid over each other, and the rules that come with them. */
export interface LaidLayers {
  readonly document: Document;
  /** Those of each layer and of the layers below it, nearest first. The same object for the same layers. */
  readonly rules: readonly Rule[];
}

/** Layers, nearest first, and what they are laid over each other. */
export interface Base extends LaidLayers {
  readonly layers: readonly Layer[];
}

/** No layers. */
export const NO_BASE: Base = { layers: [], document: Document.empty, rules: [] };

/** The documents of layers, nearest first, laid over each other. */
export function laidOver(documents: readonly Document[]): Document {
  return documents.reduceRight((below, document) => document.over(below), Document.empty);
}

/** The document that runs: a ledger's own over what its layers give, without what it hides of them. A storage format: it never changes. */
export function effectiveDocument(own: Document, base: Document): Document {
  return withoutReserved(own).over(base.without(hiddenPaths(own)));
}

/** Layers as the key of a fact, and back. */
export const layersKey = (layers: readonly Layer[]): string => canonicalJson(layers);
export const layersOfKey = (key: string): readonly Layer[] => parseJsonText(key) as readonly Layer[];

/** Layers are compared by their activations, not by their content. */
export function haveSameLayers(one: readonly Layer[], other: readonly Layer[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ ledger, origin, activation }, index) => {
      const layer = other[index];
      return layer?.ledger === ledger && layer.origin === origin && layer.activation === activation;
    })
  );
}

/** A tree of ancestors as the key of a fact, and back: their names and order, to the top. */
export const ancestorsKey = (ancestors: readonly Ancestor[]): string => canonicalJson(ancestors);
export const ancestorsOfKey = (key: string): readonly Ancestor[] => parseJsonText(key) as readonly Ancestor[];
