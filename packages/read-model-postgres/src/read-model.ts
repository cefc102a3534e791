// The read model on Postgres: queries on the views of the fixed schema, which always show the generation that serves.
// Each answer comes from one statement, so its rows and its position belong together.
import {
  cursorBehind,
  ledgerOfCursor,
  numberOfCursor,
  type AuditRow,
  type LedgerRow,
  type Page,
  type PageRequest,
  type ParkedEvent,
  type ParkedStream,
  type ReadModel,
  type VersionRow,
} from '@confledger/application';
import { LedgerId } from '@confledger/domain';
import { createPool, quotedSchema, SILENCE_MS_MAX, STATEMENT_TIMEOUT_MS_DEFAULT, within } from '@confledger/postgres';
import { auditQuery, auditRowOf, historyQuery, type AuditColumns, type AuditLayout, type Query } from './audit-queries.js';
import { instantOf, numberOf } from './columns.js';
import { parkedStreamOf, parkedStreamsQuery, type ParkedStreamColumns } from './parked-streams.js';
import { PositionWatch } from './position-watch.js';
import { READ_MODEL_SCHEMA_DEFAULT, type ReadModelLocation } from './schema.js';
import { isMissingColumn, isMissingTable, unavailable } from './unavailable.js';
import { versionRowOf, versionsQuery, type VersionColumns } from './version-queries.js';

export interface PostgresReadModelOptions extends ReadModelLocation {
  /** Connections for queries; one more listens while somebody waits for a position. Default 8. */
  readonly connectionsMax?: number;
  /** Hears of faults that mend themselves. */
  readonly logger?: { warn(details: { readonly error: unknown }, message: string): void };
}

/** How one list is asked for and answered. */
interface Paging<Row, Item> {
  readonly query: (limit: number) => Query;
  readonly order: string;
  readonly item: (row: Row) => Item;
  readonly cursor: (row: Row) => string;
}

/** Connects when first used; `migrateReadModel` must have been run. Close it to give the connections back. */
export function createPostgresReadModel(options: PostgresReadModelOptions): ReadModel {
  const schemaName = options.schema ?? READ_MODEL_SCHEMA_DEFAULT;
  const schema = quotedSchema(schemaName);
  const location = { applicationName: 'confledger read model', ...options };
  const pool = createPool(location, (error) => options.logger?.warn({ error }, 'An idle connection of the read model broke.'));
  const timeoutMs = (options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS_DEFAULT) + SILENCE_MS_MAX;

  const run = async <Row extends object>({ text, values }: Query): Promise<Row[]> => {
    try {
      return (await within(timeoutMs, pool.query<Row>(text, [...values]))).rows;
    } catch (error) {
      throw unavailable(error);
    }
  };

  const position = async (): Promise<bigint> => {
    const rows = await run<{ position: string }>({ text: `SELECT position FROM ${schema}.checkpoint`, values: [] });
    return BigInt(rows[0]?.position ?? '0');
  };
  const watch = new PositionWatch({ location, channel: schemaName, position });

  /** Asks for one row more than wanted, which tells whether there is a next page; an empty page still has its position. */
  const page = async <Row extends object, Item>(
    { limit }: PageRequest,
    { query, order, item, cursor }: Paging<Row, Item>,
  ): Promise<Page<Item>> => {
    const { text, values } = query(limit + 1);
    const rows = await run<{ at: string; found: boolean | null } & Row>({
      text: `SELECT c.position AS at, q.* FROM ${schema}.checkpoint c LEFT JOIN LATERAL (SELECT true AS found, l.* FROM (${text}) l) q ON true ORDER BY ${order}`,
      values,
    });
    const found = rows.filter((row) => row.found === true);
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const next = last !== undefined && found.length > limit ? cursor(last) : null;
    return { items: shown.map(item), next, position: BigInt(rows[0]?.at ?? '0') };
  };

  const auditPage = async (
    kind: 'audit' | 'history',
    request: PageRequest,
    query: (limit: number, layout: AuditLayout) => Query,
  ): Promise<Page<AuditRow>> => {
    const paged = (layout: AuditLayout): Promise<Page<AuditRow>> =>
      page<AuditColumns, AuditRow>(request, {
        query: (limit) => query(limit, layout),
        order: 'q.position DESC',
        item: auditRowOf,
        cursor: (row) => cursorBehind(kind, row.position),
      });
    return paged('current').catch((error: unknown) => {
      if (!isMissingColumn(error)) throw error;
      return paged('ledgers only');
    });
  };

  return {
    position,
    waitFor: (wanted, timeoutMs) => watch.waitFor(wanted, timeoutMs),
    async ledgers(filter, request) {
      const behind = ledgerOfCursor(request.cursor);
      return page<LedgerColumns, LedgerRow>(request, {
        query: (limit) => ledgersQuery(schema, filter.environment, behind, limit),
        order: 'q.environment, q.service',
        item: ledgerRowOf,
        cursor: ({ environment, service }) => cursorBehind('ledgers', `${environment}.${service}`),
      });
    },
    async versions(ledger, request) {
      const behind = numberOfCursor('versions', request.cursor);
      return page<VersionColumns, VersionRow>(request, {
        query: (limit) => versionsQuery(schema, ledger, { behind }, limit),
        order: 'q.version DESC',
        item: versionRowOf,
        cursor: ({ version }) => cursorBehind('versions', version),
      });
    },
    async version(ledger, version) {
      const rows = await run<VersionColumns>(versionsQuery(schema, ledger, { only: version }, 1));
      return rows[0] ? versionRowOf(rows[0]) : null;
    },
    async audit(filter, request) {
      const behind = numberOfCursor('audit', request.cursor);
      return auditPage('audit', request, (limit, layout) => auditQuery(schema, filter, behind, limit, layout));
    },
    async history(ledger, path, request) {
      const behind = numberOfCursor('history', request.cursor);
      return auditPage('history', request, (limit, layout) => historyQuery(schema, { ledger, path, behind }, limit, layout));
    },
    async parked(request) {
      const behind = numberOfCursor('parked', request.cursor);
      return page<ParkedColumns, ParkedEvent>(request, {
        query: (limit) => ({
          text: `SELECT position, stream, revision, event_id, type, reason FROM ${schema}.parked
                 WHERE $1::bigint IS NULL OR position < $1 ORDER BY position DESC LIMIT $2`,
          values: [behind, limit],
        }),
        order: 'q.position DESC',
        item: parkedOf,
        cursor: (row) => cursorBehind('parked', row.position),
      });
    },
    async parkedStreams(request) {
      const behind = numberOfCursor('parkedStreams', request.cursor);
      const stored = page<ParkedStreamColumns, ParkedStream>(request, {
        query: (limit) => parkedStreamsQuery(schema, behind, limit),
        order: 'q.position DESC',
        item: parkedStreamOf,
        cursor: (row) => cursorBehind('parkedStreams', row.position),
      });
      return stored.catch(async (error: unknown) => {
        if (!isMissingTable(error)) throw error;
        // Tables of layout 1, which serve until they are rebuilt, kept none.
        return { items: [], next: null, position: await position() };
      });
    },
    async close() {
      await watch.close();
      if (!pool.ended) await pool.end();
    },
  };
}

interface LedgerColumns {
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

function ledgersQuery(schema: string, environment: string | undefined, behind: string | null, limit: number): Query {
  const after = behind === null ? null : LedgerId.parse(behind);
  return {
    text: `
      SELECT environment, service, latest, active, pending, digest, active_digest, updated_at, parked_at IS NULL AS complete FROM ${schema}.ledgers
      WHERE (is_there OR parked_at IS NOT NULL) AND ($1::text IS NULL OR environment = $1) AND ($2::text IS NULL OR (environment, service) > ($2, $3))
      ORDER BY environment, service LIMIT $4`,
    values: [environment ?? null, after?.environment ?? null, after?.service ?? null, limit],
  };
}

function ledgerRowOf(row: LedgerColumns): LedgerRow {
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

interface ParkedColumns {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly event_id: string;
  readonly type: string;
  readonly reason: string;
}

function parkedOf({ position, stream, revision, event_id: eventId, type, reason }: ParkedColumns): ParkedEvent {
  return { position: BigInt(position), stream, revision: Number(revision), eventId, type, reason };
}
