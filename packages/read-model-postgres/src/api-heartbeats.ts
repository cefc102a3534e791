// The heartbeats of apis in Postgres: one row per running process. Times are those of the database, so that the clocks of apis need not agree.
import { API_HEARTBEAT_EXPIRES_MS, LIVE_APIS_LISTED_MAX, type ApiHeartbeats } from '@confledger/application';
import { quotedSchema } from '@confledger/postgres';
import type pg from 'pg';
import { instantOf } from './columns.js';
import { READ_MODEL_SCHEMA_DEFAULT } from './schema.js';
import { queriesOn } from './unavailable.js';

interface HeartbeatColumns {
  readonly id: string;
  readonly release: string;
  readonly features: readonly string[];
  readonly heartbeat_at: Date;
}

const OLDEST_LIVE = `clock_timestamp() - interval '${API_HEARTBEAT_EXPIRES_MS} milliseconds'`;

/** `migrateReadModel` must have been run. The pool stays the caller's. Everything rejects with `ReadModelUnavailable` while Postgres is away. */
export function createPostgresApiHeartbeats(pool: pg.Pool, options: { readonly schema?: string } = {}): ApiHeartbeats {
  const table = `${quotedSchema(options.schema ?? READ_MODEL_SCHEMA_DEFAULT)}.api_heartbeats`;
  const query = queriesOn(pool);
  return {
    async write({ id, release, features }) {
      // Rows that another api writes or removes now are skipped: apis that come back together would wait for each other.
      await query(
        `WITH expired AS (
           DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE heartbeat_at < ${OLDEST_LIVE} AND id <> $1 FOR UPDATE SKIP LOCKED)
         )
         INSERT INTO ${table} (id, release, features, heartbeat_at) VALUES ($1, $2, $3, clock_timestamp())
         ON CONFLICT (id) DO UPDATE SET release = excluded.release, features = excluded.features, heartbeat_at = excluded.heartbeat_at`,
        [id, release, features],
      );
    },
    async remove(id) {
      await query(`DELETE FROM ${table} WHERE id = $1`, [id]);
    },
    async list() {
      const rows = await query<HeartbeatColumns>(
        `SELECT id, release, features, heartbeat_at FROM ${table} WHERE heartbeat_at >= ${OLDEST_LIVE} ORDER BY id LIMIT ${LIVE_APIS_LISTED_MAX}`,
        [],
      );
      return rows.map(({ heartbeat_at: heartbeatAt, ...api }) => ({ ...api, heartbeatAt: instantOf(heartbeatAt) }));
    },
  };
}
