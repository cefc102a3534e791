// SQL of the list of ledgers.
import type { LedgerRow, ParkedStream } from '@confledger/application';
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
  readonly updated_at: Date | null;
  readonly complete: boolean;
}

/** A ledger, with the row of its stream where that is parked. */
export type LedgerAndParkedColumns = LedgerColumns & { readonly [K in keyof ParkedStreamColumns]: ParkedStreamColumns[K] | null };

const PARKED = 'p.stream, p.revision, p.position, p.type, p.reason';
const NOT_PARKED = 'NULL AS stream, NULL AS revision, NULL AS position, NULL AS type, NULL AS reason';

export interface LedgersAsked {
  readonly environment: string | undefined;
  readonly behind: string | null;
  readonly limit: number;
  /** Tables of layout 1, which serve until they are rebuilt, keep no parked streams. */
  readonly hasParkedStreams: boolean;
}

/** At most `limit` ledgers in the order of their names, behind `behind`. */
export function ledgersQuery(schema: string, { environment, behind, limit, hasParkedStreams }: LedgersAsked): Query {
  const after = behind === null ? null : LedgerId.parse(behind);
  return {
    text: `
      SELECT environment, service, latest, active, pending, digest, active_digest, updated_at, parked_at IS NULL AS complete,
        ${hasParkedStreams ? PARKED : NOT_PARKED}
      FROM ${schema}.ledgers ${hasParkedStreams ? `LEFT JOIN ${schema}.parked_streams p ON p.stream = '${LedgerId.streamPrefix}' || ledger` : ''}
      WHERE (is_there OR parked_at IS NOT NULL) AND ($1::text IS NULL OR environment = $1) AND ($2::text IS NULL OR (environment, service) > ($2, $3))
      ORDER BY environment, service LIMIT $4`,
    values: [environment ?? null, after?.environment ?? null, after?.service ?? null, limit],
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
    updatedAt: row.updated_at === null ? null : instantOf(row.updated_at),
    complete: row.complete,
    parked: parkedOf(row),
  };
}

function parkedOf({ stream, revision, position, type, reason }: LedgerAndParkedColumns): ParkedStream | null {
  if (stream === null || revision === null || position === null || type === null || reason === null) return null;
  return parkedStreamOf({ stream, revision, position, type, reason });
}
