// The projection of a kind of stream that makes audit rows and no others.
import type { Aggregate, AggregateTypes, Recorded } from '@confledger/domain';
import { decodeStored } from '../codec.js';
import { NO_ROWS, type Projection } from './projection.js';

/** The events' data stand in the audit rows as they are. */
export function auditOnly<A extends AggregateTypes>(aggregate: Aggregate<A>): Projection<true> {
  return {
    decode: (stored) => decodeStored(aggregate.events, stored) as Recorded,
    apply: () => true,
    need: () => null,
    complete: ({ after }) => ({ kind: 'projected', state: after, rows: NO_ROWS }),
    audit: (_before, events) => events.map(({ data }) => ({ version: null, path: null, detail: data })),
    settle: (state) => state,
    rows: () => ({ ledgers: [], items: [], itemsGone: [] }),
    restore: ({ stream }) => (stream.revision >= 0 ? true : null),
    sizeOf: () => 0,
  };
}
