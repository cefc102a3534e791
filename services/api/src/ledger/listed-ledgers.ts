// What a list says of ledgers beside their rows: why something is pending, what of their parents is newer.
import {
  InheritanceIndex,
  layersMoved,
  pendingReasons,
  type EnvironmentsCore,
  type LayerMoved,
  type LedgerRow,
  type PendingReason,
  type ReadModel,
} from '@confledger/application';
import { ancestorNames, followsOthers } from '@confledger/domain';
import { readRunning } from '../runtime/inheritance.js';

/** What concerns what a ledger could inherit. */
export interface Inheriting {
  readonly pendingBecause: readonly PendingReason[];
  /** Null where it cannot be known. */
  readonly inherited: { readonly newer: readonly LayerMoved[] } | null;
}

export type InheritingOf = (row: LedgerRow) => Inheriting;

interface Parts {
  readonly environments: Pick<EnvironmentsCore, 'facts'>;
  readonly readModel: Pick<ReadModel, 'running'>;
}

/** For the rows of a page. What parents run is read once for all of them. */
export async function inheritingOf({ environments: { facts }, readModel }: Parts, rows: readonly LedgerRow[]): Promise<InheritingOf> {
  const names = new Set(rows.flatMap(({ environment }) => ancestorNames(facts.known(environment)?.ancestors ?? [])));
  const index = new InheritanceIndex(facts);
  const parents = names.size === 0 ? null : await readRunning(readModel, { environments: [...names] });
  for (const each of parents?.ledgers ?? []) index.put(each);
  return (row) => {
    const fact = facts.known(row.environment);
    if (fact === null) return { pendingBecause: ownReason(row), inherited: null };
    const newer = layersMoved(row.layers, index.newestLayers(`${row.environment}.${row.service}`));
    if (row.active === null) return { pendingBecause: ownReason(row), inherited: { newer } };
    const schemas = (row.schemaRevision ?? -1) > (row.activation ?? -1);
    const holds = { own: row.digest !== row.activeOwn, layers: newer.length > 0, schemas, ancestors: followsOthers(row.definition, fact) };
    return { pendingBecause: pendingReasons(holds), inherited: { newer } };
  };
}

/** While nothing runs everything that there is waits. */
function ownReason({ latest, active, digest, activeOwn }: LedgerRow): PendingReason[] {
  return (active === null ? latest !== null : digest !== activeOwn) ? ['own'] : [];
}
