// Finds two operations of a batch that speak of the same place: what they mean together would depend on their order.
import { compareSegments, formatPath, parsePath } from '@confledger/document';
import { refuse } from '../stream/refusals.js';
import type { BatchOperation, LedgerRefusal } from './commands.js';

/** Sorted by segments, whatever lies below a path follows it at once: comparing neighbours is enough. */
export function overlappingKeys(operations: readonly Extract<BatchOperation, { key: string }>[]): LedgerRefusal | null {
  const addresses = operations.flatMap(({ id, key }) => {
    const path = parsePath(key);
    return path.ok ? [{ id, segments: path.value }] : [];
  });
  addresses.sort((one, other) => compareSegments(one.segments, other.segments));
  for (const [index, next] of addresses.entries()) {
    const upper = addresses[index - 1];
    if (upper && upper.segments.every((segment, depth) => segment === next.segments[depth])) return overlap(upper, next);
  }
  return null;
}

type Address = { readonly id: string; readonly segments: readonly string[] };

function overlap(upper: Address, lower: Address): LedgerRefusal {
  const [above, below] = [formatPath(upper.segments), formatPath(lower.segments)];
  const message =
    above === below
      ? `operations ${upper.id} and ${lower.id} both change ${above}`
      : `operation ${lower.id} changes ${below}, which lies below ${above} of operation ${upper.id}`;
  return refuse('BATCH_OVERLAPPING_KEYS', below, message, 'say it in one operation: a batch has no order');
}
