// SQL of the audit and of a path's history, for the views of the fixed schema.
import type { AuditFilter, AuditRow } from '@confledger/application';
import { parseJsonText, type JsonValue } from '@confledger/document';
import { LedgerId, type EventSource } from '@confledger/domain';
import { instantOf, numberOf } from './columns.js';
import { globPattern } from './glob-pattern.js';

export interface Query {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Tables of older layouts serve until they are rebuilt: those before 5 name no sources, those before 3 hold ledgers only. */
export type AuditLayout = 'current' | 'without sources' | 'ledgers only';

/** Newest first. */
export const AUDIT_LAYOUTS: readonly AuditLayout[] = ['current', 'without sources', 'ledgers only'];

function columnsOf(layout: AuditLayout): string {
  const stream = layout === 'ledgers only' ? "'config-' || a.ledger AS stream" : 'a.stream';
  return `${stream}, ${COLUMNS}, ${layout === 'current' ? 'a.source::text' : 'NULL'} AS source`;
}

const COLUMNS = `a.position, a.revision, a.version, a.type, a.path, a.before::text AS before, a.after::text AS after, a.actor, a.method, a.reason,
  a.occurred_at, a.command_id, a.correlation_id, a.change_set, a.abandoned, a.detail::text AS detail`;

export interface AuditColumns {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly version: string | null;
  readonly type: string;
  readonly path: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly actor: string;
  readonly method: string;
  readonly reason: string | null;
  readonly occurred_at: Date;
  readonly command_id: string;
  readonly correlation_id: string;
  readonly change_set: string;
  readonly abandoned: boolean;
  readonly detail: string;
  readonly source: string | null;
}

/** At most `limit` rows, newest first, older than `behind`. */
export function auditQuery(schema: string, filter: AuditFilter, behind: bigint | null, limit: number, layout: AuditLayout): Query {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = [...ledgerConditions(filter, bind)];
  if (filter.actor !== undefined) conditions.push(`a.actor = ${bind(filter.actor)}`);
  if (filter.type !== undefined) conditions.push(`a.type = ${bind(filter.type)}`);
  if (filter.from !== undefined) conditions.push(`a.occurred_at >= ${bind(filter.from)}::timestamptz`);
  if (filter.to !== undefined) conditions.push(`a.occurred_at < ${bind(filter.to)}::timestamptz`);
  if (filter.key !== undefined) conditions.push(`a.path IS NOT NULL AND (a.path || '.') ~ ${bind(globPattern(filter.key))}`);
  if (behind !== null) conditions.push(`a.position < ${bind(behind)}`);
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return { text: `SELECT ${columnsOf(layout)} FROM ${schema}.audit a${where} ORDER BY a.position DESC LIMIT ${bind(limit)}`, values };
}

/** Changes at, above and below a path, '' being the root. Each half has its index and its own limit. */
export function historyQuery(
  schema: string,
  { ledger, path, behind }: { readonly ledger: string; readonly path: string; readonly behind: bigint | null },
  limit: number,
  layout: AuditLayout,
): Query {
  const columns = columnsOf(layout);
  const older = '($2::bigint IS NULL OR a.position < $2)';
  if (path === '') {
    const text = `SELECT ${columns} FROM ${schema}.audit a WHERE a.ledger = $1 AND ${older} AND a.path IS NOT NULL ORDER BY a.position DESC LIMIT $3`;
    return { text, values: [ledger, behind, limit] };
  }
  const half = (condition: string): string =>
    `(SELECT ${columns} FROM ${schema}.audit a WHERE a.ledger = $1 AND ${older} AND ${condition} ORDER BY a.position DESC LIMIT $3)`;
  // '/' is the character behind '.': the range holds what begins with the path and a dot.
  const text = `SELECT * FROM (${half('a.path = ANY($4)')} UNION ALL ${half('a.path >= $5 AND a.path < $6')}) a ORDER BY a.position DESC LIMIT $3`;
  return { text, values: [ledger, behind, limit, pathsUpTo(path), `${path}.`, `${path}/`] };
}

export function auditRowOf(columns: AuditColumns): AuditRow {
  const ledger = LedgerId.ofStream(columns.stream);
  return {
    position: BigInt(columns.position),
    stream: columns.stream,
    environment: ledger?.environment ?? null,
    service: ledger?.service ?? null,
    revision: Number(columns.revision),
    version: numberOf(columns.version),
    type: columns.type,
    path: columns.path,
    ...(columns.before !== null && { before: parseJsonText(columns.before) as JsonValue }),
    ...(columns.after !== null && { after: parseJsonText(columns.after) as JsonValue }),
    actor: columns.actor,
    method: columns.method,
    reason: columns.reason,
    occurredAt: instantOf(columns.occurred_at),
    commandId: columns.command_id,
    correlationId: columns.correlation_id,
    changeSet: columns.change_set,
    abandoned: columns.abandoned,
    detail: parseJsonText(columns.detail) as AuditRow['detail'],
    ...(columns.source !== null && { source: parseJsonText(columns.source) as EventSource }),
  };
}

function ledgerConditions({ environment, service }: AuditFilter, bind: (value: unknown) => string): string[] {
  if (environment !== undefined && service !== undefined) return [`a.ledger = ${bind(`${environment}.${service}`)}`];
  if (environment !== undefined) return [`a.ledger >= ${bind(`${environment}.`)} AND a.ledger < ${bind(`${environment}/`)}`];
  return service === undefined ? [] : [`split_part(a.ledger, '.', 2) = ${bind(service)}`];
}

/** The path and every one above it. */
function pathsUpTo(path: string): string[] {
  const paths = [path];
  for (let index = 0; index < path.length; index += 1) {
    if (path[index] === '\\') index += 1;
    else if (path[index] === '.') paths.push(path.slice(0, index));
  }
  return paths;
}
