// Snapshots of folded ledgers in Postgres. A cache: losing any of them costs time and nothing else.
import { hashOf, type EventStore, type Snapshot, type SnapshotStore } from '@confledger/application';
import { quotedSchema } from '@confledger/postgres';
import type pg from 'pg';
import { READ_MODEL_SCHEMA_DEFAULT } from './schema.js';

/** A snapshot that does not come soon is of no use: the stream is read instead. For the pool that snapshots are read with. */
export const SNAPSHOT_LIMITS = { connectTimeoutMs: 2_000, statementTimeoutMs: 2_000 } as const;

interface SnapshotColumns {
  readonly stream: string;
  readonly code_version: number;
  readonly revision: string;
  readonly hash: string;
  readonly occurred_at: string;
  readonly body: string;
  readonly mac: string;
}

/** `migrateReadModel` must have been run. The pool stays the caller's. */
export function createPostgresSnapshotStore(pool: pg.Pool, options: { readonly schema?: string } = {}): SnapshotStore {
  const table = `${quotedSchema(options.schema ?? READ_MODEL_SCHEMA_DEFAULT)}.snapshots`;
  return {
    async save({ stream, codeVersion, revision, hash, occurredAt, body, mac }) {
      await pool.query(
        `INSERT INTO ${table} (stream, code_version, revision, hash, occurred_at, body, mac) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (stream, code_version, revision) DO NOTHING`,
        [stream, codeVersion, revision, hash, occurredAt, body, mac],
      );
    },
    async newest(stream, codeVersion, limit) {
      const [condition, order, value] = boundOf(limit);
      const { rows } = await pool.query<SnapshotColumns>(
        `SELECT * FROM ${table} WHERE stream = $1 AND code_version = $2 AND mac IS NOT NULL AND ${condition} ORDER BY ${order} LIMIT 1`,
        [stream, codeVersion, value],
      );
      return rows[0] ? snapshotOf(rows[0]) : null;
    },
  };
}

type Limit = Parameters<SnapshotStore['newest']>[2];

function boundOf(limit: Limit): readonly [condition: string, order: string, value: string | number | null] {
  if (limit === undefined) return ['$3::bigint IS NULL', 'revision DESC', null];
  if ('atMost' in limit) return ['revision <= $3', 'revision DESC', limit.atMost];
  // Times of a stream never go back, so the newest by time is the newest by revision; of several at one instant, the last.
  return ['occurred_at <= $3', 'occurred_at DESC, revision DESC', limit.at];
}

function snapshotOf({ stream, code_version: codeVersion, revision, hash, occurred_at: occurredAt, body, mac }: SnapshotColumns): Snapshot {
  return { stream, codeVersion, revision: Number(revision), hash, occurredAt, body, mac };
}

const SWEEP_ROWS = 500;

/**
 * Deletes the snapshots that were taken at an event that the log does not hold: it was set back. None of them would be used, but each hides
 * the older ones of its stream. Answers how many.
 */
export async function deleteLostSnapshots(
  pool: pg.Pool,
  events: Pick<EventStore, 'readStream'>,
  options: { readonly schema?: string } = {},
): Promise<number> {
  const table = `${quotedSchema(options.schema ?? READ_MODEL_SCHEMA_DEFAULT)}.snapshots`;
  let deleted = 0;
  for (let after: SnapshotKey = { stream: '', revision: '-1', hash: '' }; ;) {
    const { rows } = await pool.query<SnapshotKey>(
      `SELECT DISTINCT stream, revision, hash FROM ${table} WHERE (stream, revision, hash) > ($1, $2, $3) ORDER BY 1, 2, 3 LIMIT ${SWEEP_ROWS}`,
      [after.stream, after.revision, after.hash],
    );
    for (const { stream, revision, hash } of rows) {
      if (await holdsHash(events, { stream, revision: Number(revision), hash })) continue;
      const { rowCount } = await pool.query(`DELETE FROM ${table} WHERE stream = $1 AND revision = $2 AND hash = $3`, [
        stream,
        revision,
        hash,
      ]);
      deleted += rowCount ?? 0;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < SWEEP_ROWS) return deleted;
    after = last;
  }
}

type SnapshotKey = Pick<SnapshotColumns, 'stream' | 'revision' | 'hash'>;

/** Every release writes `hash` into the metadata. */
async function holdsHash(
  events: Pick<EventStore, 'readStream'>,
  { stream, revision, hash }: Pick<Snapshot, 'stream' | 'revision' | 'hash'>,
): Promise<boolean> {
  const [stored] = await events.readStream(stream, { from: revision, direction: 'forwards', limit: 1 });
  return stored !== undefined && hashOf(stored) === hash;
}
