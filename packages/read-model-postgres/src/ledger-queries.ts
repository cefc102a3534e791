// SQL of the list of ledgers.
import type { LedgerFilter, LedgerRow, ParkedStream } from '@confledger/application';
import { LedgerId } from '@confledger/domain';
import type { Query } from './audit-queries.js';
import { instantOf, numberOf } from './columns.js';
import { parkedStreamOf, type ParkedStreamColumns } from './parked-streams.js';

export interface LedgerColumns {
  readonly environment: string;
  readonly service: string;
  readonly latest: string | null;
  readonly active: string | null;
  readonly pending: string;
  readonly digest: string;
  readonly active_digest: string | null;
  readonly retired: boolean;
  readonly updated_at: Date | null;
  readonly complete: boolean;
}

/** A ledger, with the row of its stream where that is parked. */
export type LedgerAndParkedColumns = LedgerColumns & { readonly [K in keyof ParkedStreamColumns]: ParkedStreamColumns[K] | null };

const PARKED = 'p.stream, p.revision, p.position, p.type, p.reason';
const NOT_PARKED = 'NULL AS stream, NULL AS revision, NULL AS position, NULL AS type, NULL AS reason';

/**
 * Tables of older layouts serve until they are rebuilt. Those before 4 hold no retirement: their projectors parked such ledgers. Those of 1
 * keep no parked streams either.
 */
export type LedgersLayout = 'current' | 'without retirement' | 'without parked streams';

export interface LedgersAsked extends LedgerFilter {
  readonly behind: string | null;
  readonly limit: number;
  readonly layout: LedgersLayout;
}

/** At most `limit` ledgers in the order of their names, behind `behind`. */
export function ledgersQuery(schema: string, { environment, retired, behind, limit, layout }: LedgersAsked): Query {
  const after = behind === null ? null : LedgerId.parse(behind);
  const isRetired = layout === 'current' ? 'retired' : 'false';
  const hasParkedStreams = layout !== 'without parked streams';
  return {
    text: `
      SELECT environment, service, latest, active, pending, digest, active_digest, ${isRetired} AS retired, updated_at, parked_at IS NULL AS complete,
        ${hasParkedStreams ? PARKED : NOT_PARKED}
      FROM ${schema}.ledgers ${hasParkedStreams ? `LEFT JOIN ${schema}.parked_streams p ON p.stream = '${LedgerId.streamPrefix}' || ledger` : ''}
      WHERE (is_there OR parked_at IS NOT NULL) AND ($1::text IS NULL OR environment = $1) AND ($2::text IS NULL OR (environment, service) > ($2, $3))
        AND ($5::boolean IS NULL OR ${isRetired} = $5)
      ORDER BY environment, service LIMIT $4`,
    values: [environment ?? null, after?.environment ?? null, after?.service ?? null, limit, retired ?? null],
  };
}

export function ledgerRowOf(row: LedgerAndParkedColumns): LedgerRow {
  return {
    environment: row.environment,
    service: row.service,
    latest: numberOf(row.latest),
    active: numberOf(row.active),
    pending: Number(row.pending),
    digest: row.digest,
    activeDigest: row.active_digest,
    retired: row.retired,
    updatedAt: row.updated_at === null ? null : instantOf(row.updated_at),
    complete: row.complete,
    parked: parkedOf(row),
  };
}

function parkedOf({ stream, revision, position, type, reason }: LedgerAndParkedColumns): ParkedStream | null {
  if (stream === null || revision === null || position === null || type === null || reason === null) return null;
  return parkedStreamOf({ stream, revision, position, type, reason });
}
