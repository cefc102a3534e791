// Layers as answers show them.
import type { LayerItem } from '@confledger/contracts/http';

/** Tables and events keep no order of members: every api shows them in one. */
export function showLayers(layers: readonly LayerItem[]): LayerItem[] {
  return layers.map(({ ledger, origin, activation, version, digest }) => ({ ledger, origin, activation, version, digest }));
}
