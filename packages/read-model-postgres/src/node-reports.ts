// What nodes say of themselves, in Postgres: one row per node and ledger.
import { CLOSED_NODE_KEPT_MS, SILENT_NODE_KEPT_MS, type NodeReport, type NodeReports } from '@confledger/application';
import { parseJsonText } from '@confledger/document';
import { quotedSchema } from '@confledger/postgres';
import type pg from 'pg';
import { instantOf } from './columns.js';
import { READ_MODEL_SCHEMA_DEFAULT } from './schema.js';
import { queriesOn } from './unavailable.js';

interface ReportColumns {
  readonly environment: string;
  readonly service: string;
  readonly name: string;
  readonly state: string;
  readonly running: string | null;
  readonly rejected: string | null;
  readonly sdk: string | null;
  readonly resolution: string | null;
  readonly reported_at: Date;
}

/** `migrateReadModel` must have been run. The pool stays the caller's. Everything rejects with `ReadModelUnavailable` while Postgres is away. */
export function createPostgresNodeReports(pool: pg.Pool, options: { readonly schema?: string } = {}): NodeReports {
  const table = `${quotedSchema(options.schema ?? READ_MODEL_SCHEMA_DEFAULT)}.node_reports`;
  const query = queriesOn(pool);
  return {
    async put({ environment, service, name, state, running, rejected, sdk, resolution, reportedAt }) {
      // Two apis may write out of order: the newest report is the one that was made last.
      await query(
        `INSERT INTO ${table} (environment, service, name, state, running, rejected, sdk, resolution, reported_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (environment, service, name) DO UPDATE
           SET state = excluded.state, running = excluded.running, rejected = excluded.rejected, sdk = excluded.sdk,
             resolution = excluded.resolution, reported_at = excluded.reported_at
           WHERE node_reports.reported_at <= excluded.reported_at`,
        [environment, service, name, state, jsonText(running), jsonText(rejected), sdk, jsonText(resolution), reportedAt],
      );
    },
    async forget(now) {
      await query(`DELETE FROM ${table} WHERE reported_at < CASE state WHEN 'closed' THEN $1::timestamptz ELSE $2::timestamptz END`, [
        new Date(now - CLOSED_NODE_KEPT_MS).toISOString(),
        new Date(now - SILENT_NODE_KEPT_MS).toISOString(),
      ]);
    },
    async list({ environment, service, name, sinceMs }) {
      const rows = await query<ReportColumns>(
        `SELECT environment, service, name, state, running::text AS running, rejected::text AS rejected, sdk,
           resolution::text AS resolution, reported_at
         FROM ${table} WHERE ($1::text IS NULL OR environment = $1) AND ($2::text IS NULL OR service = $2)
           AND ($3::timestamptz IS NULL OR reported_at >= $3) AND ($4::text IS NULL OR name = $4) ORDER BY environment, service, name`,
        [environment ?? null, service ?? null, sinceMs === undefined ? null : new Date(sinceMs).toISOString(), name ?? null],
      );
      return rows.map(({ running, rejected, resolution, reported_at: reportedAt, ...report }) => ({
        ...report,
        running: jsonOf(running) as NodeReport['running'],
        rejected: jsonOf(rejected) as NodeReport['rejected'],
        // Rows of an older release have none.
        resolution: (jsonOf(resolution) ?? {}) as NodeReport['resolution'],
        reportedAt: instantOf(reportedAt),
      }));
    },
  };
}

/** Columns come as text: the driver would read them by JSON.parse. */
function jsonOf(column: string | null): unknown {
  return column === null ? null : parseJsonText(column);
}

function jsonText(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
