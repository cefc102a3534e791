// Reads the parked streams of one generation: page by page for a projector, newest first for people.
import type { ParkedStream } from '@confledger/application';
import type pg from 'pg';
import type { Query } from './audit-queries.js';

export interface ParkedStreamColumns {
  readonly stream: string;
  readonly revision: string;
  readonly position: string;
  readonly type: string;
  readonly reason: string;
}

export const PARKED_STREAM_COLUMNS = 'stream, revision, position, type, reason';

/** `schema` is the generation's, quoted. In the order of the names, behind `stream`. */
export async function parkedStreamsBehind(pool: pg.Pool, schema: string, stream: string | null, limit: number): Promise<ParkedStream[]> {
  const { rows } = await pool.query<ParkedStreamColumns>(
    `SELECT ${PARKED_STREAM_COLUMNS} FROM ${schema}.parked_streams WHERE $1::text IS NULL OR stream > $1 ORDER BY stream LIMIT $2`,
    [stream, limit],
  );
  return rows.map(parkedStreamOf);
}

export async function countParkedStreams(pool: pg.Pool, schema: string): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(`SELECT count(*) FROM ${schema}.parked_streams`);
  return Number(rows[0]?.count ?? 0);
}

/** At most `limit` rows, newest first, older than `behind`. */
export function parkedStreamsQuery(schema: string, behind: bigint | null, limit: number): Query {
  return {
    text: `SELECT ${PARKED_STREAM_COLUMNS} FROM ${schema}.parked_streams WHERE $1::bigint IS NULL OR position < $1 ORDER BY position DESC LIMIT $2`,
    values: [behind, limit],
  };
}

export function parkedStreamOf({ stream, revision, position, type, reason }: ParkedStreamColumns): ParkedStream {
  return { stream, revision: Number(revision), position: BigInt(position), type, reason };
}
