// What the parents of a ledger run, as specs write it down.
import { laidOver, NO_BASE, type Base, type Layer, type Rule } from '../../../packages/domain/src/index.js';
import type { Document } from '../../../packages/document/src/index.js';

/** A layer with its document. */
export interface Parent {
  readonly layer: Layer;
  readonly document: Document;
  /** Those that come with it. Default: none. */
  readonly rules?: readonly Rule[];
}

/** The base that parents make. */
export function baseOf(parents: readonly Parent[]): Base {
  const rules = parents.flatMap((parent) => parent.rules ?? []);
  return {
    layers: parents.map(({ layer }) => layer),
    document: laidOver(parents.map(({ document }) => document)),
    rules: rules.length === 0 ? NO_BASE.rules : rules,
  };
}
