// The read model on Postgres: queries on the views of the fixed schema, which always show the generation that serves.
import {
  cursorBehind,
  ledgerOfCursor,
  numberOfCursor,
  type ActivationRow,
  type AuditRow,
  type LedgerRow,
  type Page,
  type PageRequest,
  type ParkedEvent,
  type ParkedStream,
  type ReadModel,
  type RunningRow,
  type VersionRow,
} from '@confledger/application';
import { createPool, quotedSchema, SILENCE_MS_MAX, STATEMENT_TIMEOUT_MS_DEFAULT } from '@confledger/postgres';
import {
  activationRowOf,
  activationsQuery,
  runningQuery,
  runningRowOf,
  type ActivationColumns,
  type ActivationsLayout,
  type RunningColumns,
} from './activation-queries.js';
import { AUDIT_LAYOUTS, auditQuery, auditRowOf, historyQuery, type AuditColumns, type AuditLayout, type Query } from './audit-queries.js';
import { instantOf } from './columns.js';
import {
  ledgerRowOf,
  LEDGERS_LAYOUTS,
  ledgersQuery,
  oldestPinText,
  type LedgerAndParkedColumns,
  type LedgersLayout,
} from './ledger-queries.js';
import { PagedQueries } from './paged-queries.js';
import { parkedStreamOf, parkedStreamsQuery, type ParkedStreamColumns } from './parked-streams.js';
import { PositionWatch } from './position-watch.js';
import { READ_MODEL_SCHEMA_DEFAULT, type ReadModelLocation } from './schema.js';
import { isMissingColumn, isMissingTable } from './unavailable.js';
import { versionRowOf, versionsQuery, type VersionColumns } from './version-queries.js';

export interface PostgresReadModelOptions extends ReadModelLocation {
  /** Connections for queries; one more listens while a request waits for a position. Default 8. */
  readonly connectionsMax?: number;
  /** Receives faults that pass by themselves. */
  readonly logger?: { warn(details: { readonly error: unknown }, message: string): void };
}

/** Connects when first used; `migrateReadModel` must have been run. Close it to give the connections back. */
export function createPostgresReadModel(options: PostgresReadModelOptions): ReadModel {
  const channel = options.schema ?? READ_MODEL_SCHEMA_DEFAULT;
  const location = { applicationName: 'confledger read model', ...options };
  const pool = createPool(location, (error) => options.logger?.warn({ error }, 'An idle connection of the read model broke.'));
  const timeoutMs = (options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS_DEFAULT) + SILENCE_MS_MAX;
  const queries = new PagedQueries(pool, quotedSchema(channel), timeoutMs);
  const watch = new PositionWatch({ location, channel, position: () => queries.position() });
  return {
    position: () => queries.position(),
    waitFor: (wanted, waitMs) => watch.waitFor(wanted, waitMs),
    ...ledgerLists(queries),
    ...activationLists(queries),
    ...auditLists(queries),
    ...parkedLists(queries),
    async close() {
      await watch.close();
      if (!pool.ended) await pool.end();
    },
  };
}

function ledgerLists(queries: PagedQueries): Pick<ReadModel, 'ledgers' | 'versions' | 'version'> {
  const { schema } = queries;
  return {
    async ledgers(filter, request) {
      const behind = ledgerOfCursor('ledgers', request.cursor);
      const page = (layout: LedgersLayout): Promise<Page<LedgerRow>> =>
        queries.page<LedgerAndParkedColumns, LedgerRow>(request, {
          query: (limit) => ledgersQuery(schema, { ...filter, behind, limit, layout }),
          order: 'q.environment, q.service',
          item: ledgerRowOf,
          cursor: ({ environment, service }) => cursorBehind('ledgers', `${environment}.${service}`),
        });
      return inNewestLayout(LEDGERS_LAYOUTS, page);
    },
    async versions(ledger, request) {
      const behind = numberOfCursor('versions', request.cursor);
      return queries.page<VersionColumns, VersionRow>(request, {
        query: (limit) => versionsQuery(schema, ledger, { behind }, limit),
        order: 'q.version DESC',
        item: versionRowOf,
        cursor: ({ version }) => cursorBehind('versions', version),
      });
    },
    async version(ledger, version) {
      const rows = await queries.run<VersionColumns>(versionsQuery(schema, ledger, { only: version }, 1));
      return rows[0] ? versionRowOf(rows[0]) : null;
    },
  };
}

function activationLists(queries: PagedQueries): Pick<ReadModel, 'activations' | 'running' | 'activeStatements' | 'oldestPin'> {
  const { schema } = queries;
  return {
    async activations(ledger, request) {
      const behind = numberOfCursor('activations', request.cursor);
      const page = (layout: ActivationsLayout): Promise<Page<ActivationRow>> =>
        queries.page<ActivationColumns, ActivationRow>(request, {
          query: (limit) => activationsQuery(schema, { ledger, behind, layout }, limit),
          order: 'q.activation DESC',
          item: activationRowOf,
          cursor: ({ activation }) => cursorBehind('activations', activation),
        });
      return inNewestLayout(['current', 'without layers'], page);
    },
    async running(filter, request) {
      const behind = ledgerOfCursor('running', request.cursor);
      const page = (layout: LedgersLayout): Promise<Page<RunningRow>> =>
        queries.page<RunningColumns, RunningRow>(request, {
          query: (limit) => runningQuery(schema, { ...filter, behind, limit, layout }),
          order: 'q.environment, q.service',
          item: runningRowOf,
          cursor: ({ environment, service }) => cursorBehind('running', `${environment}.${service}`),
        });
      return inNewestLayout(LEDGERS_LAYOUTS, page);
    },
    async activeStatements() {
      const [row] = await queries.run<StatementColumns>({ text: activeStatementsText(schema), values: [] });
      return { active: row?.active ?? 0, withStatement2: row?.with_statement_2 ?? 0 };
    },
    oldestPin: () =>
      inNewestLayout(LEDGERS_LAYOUTS, async (layout) => {
        const [row] = await queries.run<{ pinned_at: Date | null }>({ text: oldestPinText(schema, layout), values: [] });
        return row === undefined || row.pinned_at === null ? null : instantOf(row.pinned_at);
      }),
  };
}

function auditLists(queries: PagedQueries): Pick<ReadModel, 'audit' | 'history'> {
  const { schema } = queries;
  return {
    async audit(filter, request) {
      const behind = numberOfCursor('audit', request.cursor);
      return auditPage(queries, 'audit', request, (limit, layout) => auditQuery(schema, filter, behind, limit, layout));
    },
    async history(ledger, path, request) {
      const behind = numberOfCursor('history', request.cursor);
      return auditPage(queries, 'history', request, (limit, layout) => historyQuery(schema, { ledger, path, behind }, limit, layout));
    },
  };
}

/** Tables that an older release laid out serve until they are rebuilt: without the columns and tables that came later. */
async function inNewestLayout<Layout, T>([newest, ...older]: readonly Layout[], page: (layout: Layout) => Promise<T>): Promise<T> {
  if (newest === undefined) throw new TypeError('There is no layout to ask in.');
  return page(newest).catch((error: unknown) => {
    if (older.length === 0 || !(isMissingColumn(error) || isMissingTable(error))) throw error;
    return inNewestLayout(older, page);
  });
}

function auditPage(
  queries: PagedQueries,
  kind: 'audit' | 'history',
  request: PageRequest,
  query: (limit: number, layout: AuditLayout) => Query,
): Promise<Page<AuditRow>> {
  const paged = (layout: AuditLayout): Promise<Page<AuditRow>> =>
    queries.page<AuditColumns, AuditRow>(request, {
      query: (limit) => query(limit, layout),
      order: 'q.position DESC',
      item: auditRowOf,
      cursor: (row) => cursorBehind(kind, row.position),
    });
  return inNewestLayout(AUDIT_LAYOUTS, paged);
}

function parkedLists(queries: PagedQueries): Pick<ReadModel, 'parked' | 'parkedStreams'> {
  const { schema } = queries;
  return {
    async parked(request) {
      const behind = numberOfCursor('parked', request.cursor);
      return queries.page<ParkedColumns, ParkedEvent>(request, {
        query: (limit) => parkedQuery(schema, behind, limit),
        order: 'q.position DESC',
        item: parkedOf,
        cursor: (row) => cursorBehind('parked', row.position),
      });
    },
    async parkedStreams(request) {
      const behind = numberOfCursor('parkedStreams', request.cursor);
      const stored = queries.page<ParkedStreamColumns, ParkedStream>(request, {
        query: (limit) => parkedStreamsQuery(schema, behind, limit),
        order: 'q.position DESC',
        item: parkedStreamOf,
        cursor: (row) => cursorBehind('parkedStreams', row.position),
      });
      return stored.catch(async (error: unknown) => {
        if (!isMissingTable(error)) throw error;
        // Tables of layout 1, which serve until they are rebuilt, kept none.
        return { items: [], next: null, position: await queries.position() };
      });
    },
  };
}

interface StatementColumns {
  readonly active: number;
  readonly with_statement_2: number;
}

/** Reads each ledger's audit backwards to its newest activation. */
function activeStatementsText(schema: string): string {
  return `
    SELECT count(*)::int AS active, count(*) FILTER (WHERE newest.statement = '2')::int AS with_statement_2
    FROM ${schema}.ledgers l LEFT JOIN LATERAL (
      SELECT a.detail ->> 'statement' AS statement FROM ${schema}.audit a
      WHERE a.ledger = l.ledger AND a.type = 'VersionActivated' ORDER BY a.position DESC LIMIT 1
    ) newest ON true
    WHERE l.activation IS NOT NULL`;
}

interface ParkedColumns {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly event_id: string;
  readonly type: string;
  readonly reason: string;
}

function parkedQuery(schema: string, behind: bigint | null, limit: number): Query {
  return {
    text: `SELECT position, stream, revision, event_id, type, reason FROM ${schema}.parked
           WHERE $1::bigint IS NULL OR position < $1 ORDER BY position DESC LIMIT $2`,
    values: [behind, limit],
  };
}

function parkedOf({ position, stream, revision, event_id: eventId, type, reason }: ParkedColumns): ParkedEvent {
  return { position: BigInt(position), stream, revision: Number(revision), eventId, type, reason };
}
