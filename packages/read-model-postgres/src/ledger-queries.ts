// SQL of the list of ledgers.
import type { LedgerFilter, LedgerRow, ParkedStream } from '@confledger/application';
import { LedgerId, type Layer } from '@confledger/domain';
import type { Query } from './audit-queries.js';
import { instantOf, numberOf, pinOf, type PinColumns } from './columns.js';
import { parkedStreamOf, type ParkedStreamColumns } from './parked-streams.js';

export interface LedgerColumns extends PinColumns {
  readonly environment: string;
  readonly service: string;
  readonly latest: string | null;
  readonly active: string | null;
  readonly pending: string;
  readonly digest: string;
  readonly active_digest: string | null;
  readonly activation: string | null;
  readonly activated_at: Date | null;
  readonly active_own: string | null;
  readonly layers: readonly Layer[];
  readonly definition: string | null;
  readonly schema_revision: string | null;
  readonly retired: boolean;
  readonly updated_at: Date | null;
  readonly complete: boolean;
}

/** A ledger, with the row of its stream where that is parked. */
export type LedgerAndParkedColumns = LedgerColumns & { readonly [K in keyof ParkedStreamColumns]: ParkedStreamColumns[K] | null };

const PARKED = 'p.stream, p.revision, p.position, p.type, p.reason';
const NOT_PARKED = 'NULL AS stream, NULL AS revision, NULL AS position, NULL AS type, NULL AS reason';

/**
 * Tables of older layouts serve until they are rebuilt. Those before 5 hold no layers, those before 4 no retirement either: their projectors
 * parked such ledgers. Those of 1 keep no parked streams.
 */
export type LedgersLayout = 'current' | 'without layers' | 'without retirement' | 'without parked streams';

/** Newest first. */
export const LEDGERS_LAYOUTS: readonly LedgersLayout[] = ['current', 'without layers', 'without retirement', 'without parked streams'];

/** Whether a ledger is retired, in SQL. */
export const isRetiredIn = (layout: LedgersLayout): string => (layout === 'current' || layout === 'without layers' ? 'retired' : 'false');

/** What runs is built on, in SQL: of the table `l`. */
export function layersIn(layout: LedgersLayout, schema: string): string {
  if (layout === 'current') return 'activated_at, active_own, layers, definition, schema_revision, pinned, pinned_by, pinned_at';
  const activated = `SELECT a.occurred_at FROM ${schema}.activations a WHERE a.ledger = l.ledger AND a.version = l.active AND a.activation = l.activation`;
  return `(${activated}) AS activated_at, active_digest AS active_own, '[]'::jsonb AS layers, NULL::bigint AS definition, NULL::bigint AS schema_revision,
        NULL::bigint AS pinned, NULL::text AS pinned_by, NULL::timestamptz AS pinned_at`;
}

/** Since when the ledger is pinned that is pinned longest, retired ones aside. */
export function oldestPinText(schema: string, layout: LedgersLayout): string {
  return `SELECT min(pinned_at) AS pinned_at FROM (SELECT ${isRetiredIn(layout)} AS retired, ${layersIn(layout, schema)} FROM ${schema}.ledgers l) q WHERE NOT retired`;
}

export interface LedgersAsked extends LedgerFilter {
  readonly behind: string | null;
  readonly limit: number;
  readonly layout: LedgersLayout;
}

/** At most `limit` ledgers in the order of their names, behind `behind`. */
export function ledgersQuery(schema: string, { environment, retired, behind, limit, layout }: LedgersAsked): Query {
  const after = behind === null ? null : LedgerId.parse(behind);
  const isRetired = isRetiredIn(layout);
  const hasParkedStreams = layout !== 'without parked streams';
  return {
    text: `
      SELECT environment, service, latest, active, activation, pending, digest, active_digest, ${isRetired} AS retired, updated_at, parked_at IS NULL AS complete,
        ${layersIn(layout, schema)}, ${hasParkedStreams ? PARKED : NOT_PARKED}
      FROM ${schema}.ledgers l ${hasParkedStreams ? `LEFT JOIN ${schema}.parked_streams p ON p.stream = '${LedgerId.streamPrefix}' || ledger` : ''}
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
    activation: numberOf(row.activation),
    activatedAt: row.activated_at === null ? null : instantOf(row.activated_at),
    pending: Number(row.pending),
    digest: row.digest,
    activeDigest: row.active_digest,
    activeOwn: row.active_own,
    layers: row.layers,
    pinned: pinOf(row),
    definition: numberOf(row.definition),
    schemaRevision: numberOf(row.schema_revision),
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
