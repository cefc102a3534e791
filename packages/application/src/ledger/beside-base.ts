// What a write leaves of a ledger's own beside what it inherits: leaves that say the same, and values that come back where one was deleted.
import type { Difference, Document, JsonValue } from '@confledger/document';
import { activeLayers, hiddenPaths, type Layer, type Ledger } from '@confledger/domain';

/** A change; a deletion with the value that is inherited in place of the deleted one. */
export type ChangeDone = Difference & { readonly inherited?: JsonValue };

export interface BesideBase {
  readonly changes: readonly ChangeDone[];
  /** Own leaves that are equal to what they override in the layers that run; null where this process does not have those at hand. */
  readonly redundantCount: number | null;
}

/** Costs nothing where the ledger runs over no layers. */
export function besideBase(
  ledger: Ledger | null,
  changes: readonly Difference[],
  laid: (layers: readonly Layer[]) => Document | null,
): BesideBase {
  const layers = ledger === null || ledger.active === null ? [] : activeLayers(ledger.active).layers;
  if (ledger === null || layers.length === 0) return { changes, redundantCount: 0 };
  const base = laid(layers);
  if (base === null) return { changes, redundantCount: null };
  const own = ledger.head.document;
  const inherited = base.without(hiddenPaths(own));
  return { changes: changes.map((change) => withInherited(change, inherited)), redundantCount: own.sharedLeafCount(inherited) };
}

function withInherited(change: Difference, base: Document): ChangeDone {
  const value = 'after' in change ? undefined : base.valueAt(change.path);
  return value === undefined ? change : { ...change, inherited: value };
}
