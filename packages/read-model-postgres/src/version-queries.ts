// SQL of versions with their tags and activations.
import type { VersionActivation, VersionRow } from '@confledger/application';
import type { Query } from './audit-queries.js';
import { instantOf } from './columns.js';

export interface VersionColumns {
  readonly version: string;
  readonly first_revision: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly occurred_at: Date;
  readonly change_count: number;
  readonly tags: readonly string[];
  readonly activations: readonly VersionActivation[];
}

/** At most `limit` versions, newest first: those older than `behind`, or `only` one. */
export function versionsQuery(
  schema: string,
  ledger: string,
  which: { readonly behind: bigint | null } | { readonly only: number },
  limit: number,
): Query {
  const [condition, value] = 'only' in which ? ['v.version = $2', which.only] : ['($2::bigint IS NULL OR v.version < $2)', which.behind];
  return {
    text: `
      SELECT v.version, v.first_revision, v.actor, v.reason, v.occurred_at, v.change_count,
        ARRAY(SELECT t.tag FROM ${schema}.tags t WHERE t.ledger = v.ledger AND t.version = v.version ORDER BY t.tag) AS tags,
        (SELECT coalesce(json_agg(json_build_object('activation', a.activation, 'actor', a.actor, 'reason', a.reason,
            'occurredAt', to_char(a.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'rollbackTo', a.rollback_to) ORDER BY a.activation), '[]')
          FROM ${schema}.activations a WHERE a.ledger = v.ledger AND a.version = v.version) AS activations
      FROM ${schema}.versions v WHERE v.ledger = $1 AND ${condition} ORDER BY v.version DESC LIMIT $3`,
    values: [ledger, value, limit],
  };
}

export function versionRowOf(row: VersionColumns): VersionRow {
  return {
    version: Number(row.version),
    firstRevision: Number(row.first_revision),
    actor: row.actor,
    reason: row.reason,
    occurredAt: instantOf(row.occurred_at),
    changeCount: row.change_count,
    tags: row.tags,
    activations: row.activations,
  };
}
