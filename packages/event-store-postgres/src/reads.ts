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

/** A row of a page, with the bytes of data of the page up to and with it. */
interface PageRow extends EventRow {
  readonly bytes: string;
}

export interface Reads {
  stream(stream: string, from: number | undefined, direction: ReadDirection, limit: number): Promise<StoredEvent[]>;
  all(after: bigint, limit: number): Promise<StoredEvent[]>;
  at(position: bigint): Promise<StoredEvent | null>;
  lastPosition(): Promise<bigint>;
}

const COLUMNS = 'position, stream, revision, id, type, data, metadata';
/**
 * Bytes of data that one query reads, and one event more: a page of 500 values of 512 KiB is 260 MB, which took 1.2 s on an idle machine and
 * more than the 2 s of a statement on a busy one.
 */
export const QUERY_BYTES_MAX = 16 * 1024 * 1024;
const UNDEFINED_TABLE = '42P01';
const INVALID_SCHEMA = '3F000';
const REVISION_MAX = Number.MAX_SAFE_INTEGER;

/** Reads of the events table in `schema` (quoted). They reject with `EventStoreUnavailable`. */
export function createReads(pool: pg.Pool, schema: string, timeoutMs: number): Reads {
  const select = `SELECT ${COLUMNS} FROM ${schema}.events`;
  const pages = pageQueries(schema);
  const run = <R extends pg.QueryResultRow>(name: string, text: string, values: unknown[]): Promise<R[]> =>
    query<R>(pool, { name, text, values }, timeoutMs + SILENCE_MS_MAX);
  return {
    stream(stream, from, direction, limit) {
      const forwards = direction === 'forwards';
      const begin = from ?? (forwards ? 0 : REVISION_MAX);
      const [name, text] = forwards ? (['stream-forwards', pages.forwards] as const) : (['stream-backwards', pages.backwards] as const);
      return wholePage(limit, (last, left) => {
        const next = last === undefined ? begin : Number(last.revision) + (forwards ? 1 : -1);
        return run<PageRow>(name, text, [stream, next, left]);
      });
    },
    all(after, limit) {
      return wholePage(limit, (last, left) => run<PageRow>('all', pages.all, [last?.position ?? after.toString(), left]));
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

function pageQueries(schema: string) {
  const page = (where: string, order: string, limit: string): string => `
    SELECT ${COLUMNS}, bytes FROM (
      SELECT ${COLUMNS}, octet_length(data) AS own, sum(octet_length(data)) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS bytes
      FROM ${schema}.events WHERE ${where} ORDER BY ${order} LIMIT ${limit}
    ) AS page WHERE bytes - own < ${QUERY_BYTES_MAX} ORDER BY ${order}`;
  return {
    forwards: page('stream = $1 AND revision >= $2', 'revision', '$3'),
    backwards: page('stream = $1 AND revision <= $2', 'revision DESC', '$3'),
    all: page('position > $1', 'position', '$2'),
  };
}

/** Reads on while a query was cut because of its bytes, until the page has `limit` events or ends. */
async function wholePage(
  limit: number,
  read: (last: PageRow | undefined, left: number) => Promise<readonly PageRow[]>,
): Promise<StoredEvent[]> {
  const rows: PageRow[] = [];
  for (;;) {
    const part = await read(rows.at(-1), limit - rows.length);
    rows.push(...part);
    if (rows.length >= limit || Number(part.at(-1)?.bytes ?? 0) < QUERY_BYTES_MAX) return rows.map(storedEvent);
  }
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

function storedEvent({ position, stream, revision, id, type, data, metadata }: EventRow): StoredEvent {
  return { position: BigInt(position), stream, revision: Number(revision), id, type, data, metadata };
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
