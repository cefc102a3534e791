// SQL of what ledgers run and ran, with what it is built on.
import type { ActivationRow, RunningFilter, RunningRow } from '@confledger/application';
import { LedgerId, type EventSource, type Layer } from '@confledger/domain';
import type { Query } from './audit-queries.js';
import { instantOf, numberOf, pinOf, type PinColumns } from './columns.js';
import { isRetiredIn, layersIn, type LedgersLayout } from './ledger-queries.js';

export interface ActivationColumns {
  readonly version: string;
  readonly activation: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly occurred_at: Date;
  readonly rollback_to: string | null;
  readonly previous_activation: string | null;
  readonly digest: string;
  readonly own: string;
  readonly layers: readonly Layer[];
  readonly pinned: boolean;
  readonly definition: string | null;
  readonly restart: readonly string[];
  readonly source: EventSource | null;
}

/** Tables of layouts before 5, which serve until they are rebuilt, hold activations of form 1: what is missing stands in their audit. */
export type ActivationsLayout = 'current' | 'without layers';

const FORM_1 = `
  SELECT a.ledger, a.version, a.activation, a.actor, a.reason, a.occurred_at, a.rollback_to, lag(a.activation) OVER (ORDER BY a.activation) AS previous_activation,
    u.detail ->> 'digest' AS digest, u.detail ->> 'digest' AS own, '[]'::jsonb AS layers, false AS pinned, NULL::bigint AS definition, '[]'::jsonb AS restart, NULL::jsonb AS source
  FROM $schema.activations a
    JOIN $schema.audit u ON u.ledger = a.ledger AND u.revision = a.activation AND u.type = 'VersionActivated' AND NOT u.abandoned
  WHERE a.ledger = $1`;

/** At most `limit` activations of a ledger, newest first: those before `behind`. */
export function activationsQuery(
  schema: string,
  { ledger, behind, layout }: { readonly ledger: string; readonly behind: bigint | null; readonly layout: ActivationsLayout },
  limit: number,
): Query {
  const source = layout === 'current' ? '$schema.activations' : `(${FORM_1})`;
  const text = `
    SELECT a.version, a.activation, a.actor, a.reason, a.occurred_at, a.rollback_to, a.previous_activation, a.digest, a.own, a.layers, a.pinned, a.definition, a.restart, a.source
    FROM ${source} a WHERE a.ledger = $1 AND ($2::bigint IS NULL OR a.activation < $2) ORDER BY a.activation DESC LIMIT $3`;
  return { text: text.replaceAll('$schema', schema), values: [ledger, behind, limit] };
}

export function activationRowOf(row: ActivationColumns): ActivationRow {
  return {
    version: Number(row.version),
    activation: Number(row.activation),
    actor: row.actor,
    reason: row.reason,
    occurredAt: instantOf(row.occurred_at),
    rollbackTo: numberOf(row.rollback_to),
    previousActivation: numberOf(row.previous_activation),
    digest: row.digest,
    own: row.own,
    layers: row.layers,
    pinned: row.pinned,
    definition: numberOf(row.definition),
    restart: row.restart,
    source: row.source,
  };
}

export interface RunningColumns extends PinColumns {
  readonly environment: string;
  readonly service: string;
  readonly active: string;
  readonly activation: string;
  readonly active_digest: string;
  readonly active_own: string;
  readonly layers: readonly Layer[];
  readonly definition: string | null;
  readonly retired: boolean;
}

export interface RunningAsked extends RunningFilter {
  readonly behind: string | null;
  readonly limit: number;
  readonly layout: LedgersLayout;
}

/** At most `limit` ledgers that run something, in the order of their names, behind `behind`. */
export function runningQuery(schema: string, { environments, service, behind, limit, layout }: RunningAsked): Query {
  const after = behind === null ? null : LedgerId.parse(behind);
  return {
    text: `
      SELECT environment, service, active, activation, active_digest, ${isRetiredIn(layout)} AS retired, ${layersIn(layout, schema)}
      FROM ${schema}.ledgers l
      WHERE activation IS NOT NULL AND ($1::text[] IS NULL OR environment = ANY($1)) AND ($2::text IS NULL OR service = $2)
        AND ($3::text IS NULL OR (environment, service) > ($3, $4))
      ORDER BY environment, service LIMIT $5`,
    values: [environments ?? null, service ?? null, after?.environment ?? null, after?.service ?? null, limit],
  };
}

export function runningRowOf(row: RunningColumns): RunningRow {
  return {
    ledger: `${row.environment}.${row.service}`,
    version: Number(row.active),
    activation: Number(row.activation),
    digest: row.active_digest,
    own: row.active_own,
    layers: row.layers,
    pinned: pinOf(row),
    definition: numberOf(row.definition),
    retired: row.retired,
  };
}
