// How the layers of two activations differ.
import type { Layer } from '@confledger/domain';
import type { LayerMoved } from './ledger-standing.js';

type LayerName = Pick<Layer, 'ledger' | 'activation'>;

/** By the ledgers that they are of: those of the later ones first. */
export function layersMoved(before: readonly LayerName[], after: readonly LayerName[]): LayerMoved[] {
  if (before.length === 0 && after.length === 0) return [];
  const names = new Set([...after, ...before].map(({ ledger }) => ledger));
  const activationIn = (layers: readonly LayerName[], name: string) => layers.find(({ ledger }) => ledger === name)?.activation ?? null;
  return Array.from(names, (ledger) => ({ ledger, from: activationIn(before, ledger), to: activationIn(after, ledger) })).filter(
    ({ from, to }) => from !== to,
  );
}
