// SQL of the list of ledgers.
import type { LedgerRow } from '@confledger/application';
import { LedgerId } from '@confledger/domain';
import type { Query } from './audit-queries.js';
import { instantOf, numberOf } from './columns.js';

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

/** At most `limit` ledgers in the order of their names, behind `behind`. */
export function ledgersQuery(schema: string, environment: string | undefined, behind: string | null, limit: number): Query {
  const after = behind === null ? null : LedgerId.parse(behind);
  return {
    text: `
      SELECT environment, service, latest, active, pending, digest, active_digest, updated_at, parked_at IS NULL AS complete FROM ${schema}.ledgers
      WHERE (is_there OR parked_at IS NOT NULL) AND ($1::text IS NULL OR environment = $1) AND ($2::text IS NULL OR (environment, service) > ($2, $3))
      ORDER BY environment, service LIMIT $4`,
    values: [environment ?? null, after?.environment ?? null, after?.service ?? null, limit],
  };
}

export function ledgerRowOf(row: LedgerColumns): LedgerRow {
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
  };
}
