// Reading pages of events. Statements are named, so that each connection plans them once.
import { EventStoreUnavailable, type ReadDirection, type ReadPlace, type StoredEvent } from '@confledger/application';
import { SILENCE_MS_MAX, within } from '@confledger/postgres';
import pg from 'pg';

/** A bigint arrives as text; revisions stay far below 2^53. */
interface EventRow {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

export interface Reads {
  stream(stream: string, from: number | undefined, direction: ReadDirection, limit: number): Promise<StoredEvent[]>;
  all(after: bigint, limit: number): Promise<StoredEvent[]>;
  at(position: bigint): Promise<StoredEvent | null>;
  lastPosition(): Promise<bigint>;
}

const COLUMNS = 'position, stream, revision, id, type, data, metadata';
const UNDEFINED_TABLE = '42P01';
const INVALID_SCHEMA = '3F000';
const REVISION_MAX = Number.MAX_SAFE_INTEGER;

/** Reads of the events table in `schema` (quoted). They reject with `EventStoreUnavailable`. */
export function createReads(pool: pg.Pool, schema: string, timeoutMs: number): Reads {
  const select = `SELECT ${COLUMNS} FROM ${schema}.events`;
  const run = <R extends pg.QueryResultRow>(name: string, text: string, values: unknown[]): Promise<R[]> =>
    query<R>(pool, { name, text, values }, timeoutMs + SILENCE_MS_MAX);
  return {
    async stream(stream, from, direction, limit) {
      const rows =
        direction === 'forwards'
          ? await run<EventRow>('stream-forwards', `${select} WHERE stream = $1 AND revision >= $2 ORDER BY revision LIMIT $3`, [
              stream,
              from ?? 0,
              limit,
            ])
          : await run<EventRow>('stream-backwards', `${select} WHERE stream = $1 AND revision <= $2 ORDER BY revision DESC LIMIT $3`, [
              stream,
              from ?? REVISION_MAX,
              limit,
            ]);
      return rows.map(storedEvent);
    },
    async all(after, limit) {
      const rows = await run<EventRow>('all', `${select} WHERE position > $1 ORDER BY position LIMIT $2`, [after.toString(), limit]);
      return rows.map(storedEvent);
    },
    async at(position) {
      const [row] = await run<EventRow>('at', `${select} WHERE position = $1`, [position.toString()]);
      return row === undefined ? null : storedEvent(row);
    },
    async lastPosition() {
      const rows = await run<{ last: string }>('last-position', `SELECT coalesce(max(position), 0) AS last FROM ${schema}.events`, []);
      return BigInt(rows[0]?.last ?? 0);
    },
  };
}

/** Reads single events on one connection, which nothing else uses yet. Rejects with `EventStoreUnavailable`. */
export function placeReader(client: pg.ClientBase, schema: string, timeoutMs: number): ReadPlace {
  const text = `SELECT ${COLUMNS} FROM ${schema}.events WHERE stream = $1 AND revision = $2`;
  return async (stream, revision) => {
    try {
      const { rows } = await within(timeoutMs, client.query<EventRow>(text, [stream, revision]));
      return rows[0] === undefined ? null : storedEvent(rows[0]);
    } catch (error) {
      // Another database, or an emptied one, where no table was made yet.
      if (error instanceof pg.DatabaseError && (error.code === UNDEFINED_TABLE || error.code === INVALID_SCHEMA)) return null;
      throw unreadable(error);
    }
  };
}

function storedEvent(row: EventRow): StoredEvent {
  return { ...row, revision: Number(row.revision), position: BigInt(row.position) };
}

async function query<R extends pg.QueryResultRow>(pool: pg.Pool, config: pg.QueryConfig, timeoutMs: number): Promise<R[]> {
  let client: pg.PoolClient | undefined;
  let broken = true;
  try {
    client = await pool.connect();
    const { rows } = await within(timeoutMs, client.query<R>(config));
    broken = false;
    return rows;
  } catch (error) {
    throw unreadable(error);
  } finally {
    // A connection that failed or is silent is closed: the next one may lead to another server.
    client?.release(broken);
  }
}

/** What the check of a new connection found wrong with the log is passed on unchanged. */
function unreadable(error: unknown): EventStoreUnavailable {
  return error instanceof EventStoreUnavailable ? error : new EventStoreUnavailable('The event store cannot be read.', { cause: error });
}
