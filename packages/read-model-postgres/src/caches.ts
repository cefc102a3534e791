// The snapshots of a projector or a relay: each has a schema of its own, which no api uses. A cache: losing any of it costs time only. They
// hold no key, so they could not tell an api's snapshots from forged ones; what they load from a cache they compare with the log.
import { hashOf, type EventStore, type Snapshot, type SnapshotStore } from '@confledger/application';
import { ensureLayout, migrate, quotedSchema, type Layout, type Migration } from '@confledger/postgres';
import type pg from 'pg';
import { schemaOf, type ReadModelLocation } from './schema.js';

/** The parts that load documents and are no api. */
export const FOLLOWERS = ['projector', 'relay'] as const;
export type FollowerPart = (typeof FOLLOWERS)[number];

const documents: Migration = {
  number: 1,
  name: 'snapshots',
  sql: (schema) => `
CREATE TABLE ${schema}.snapshots (
  stream       text COLLATE "C" NOT NULL,
  code_version int NOT NULL,
  revision     bigint NOT NULL,
  hash         text COLLATE "C" NOT NULL,
  occurred_at  text COLLATE "C" NOT NULL,
  body         text NOT NULL,
  PRIMARY KEY (stream, code_version, revision)
);
`,
};

/** The schema of a follower's cache and what it holds; `schema` is the fixed one of the read model. */
export function cacheLayout(location: ReadModelLocation, part: FollowerPart): Layout {
  return {
    schema: `${schemaOf(location)}_${part}_cache`,
    migrations: [documents],
    rights: { tables: { migrations: { [part]: ['SELECT'] }, snapshots: { [part]: ['SELECT', 'INSERT', 'DELETE'] } } },
  };
}

/** Makes or updates it, as its owner. Answers the steps applied. */
export function migrateCache(location: ReadModelLocation, part: FollowerPart): Promise<number[]> {
  const { schema, migrations } = cacheLayout(location, part);
  return migrate({ ...location, schema }, migrations);
}

/** Makes the cache usable for its follower: see `ensureLayout`. */
export function ensureCache(location: ReadModelLocation, part: FollowerPart): Promise<{ readonly isOwner: boolean }> {
  return ensureLayout(location, cacheLayout(location, part), part);
}

export interface CacheOptions {
  readonly part: FollowerPart;
  /** Where the events are that a snapshot must have been taken at. */
  readonly events: Pick<EventStore, 'readStream'>;
  /** The fixed schema of the read model. */
  readonly schema?: string;
}

/** `migrateCache` must have been run. The pool stays the caller's. A snapshot of an event that the log does not hold is deleted when it is found. */
export function createPostgresCache(pool: pg.Pool, { part, events, ...location }: CacheOptions): SnapshotStore {
  const table = `${quotedSchema(cacheLayout({ connectionString: '', ...location }, part).schema)}.snapshots`;
  const newest = async (stream: string, codeVersion: number, limit: Limit): Promise<Snapshot | null> => {
    const [condition, value] = boundOf(limit);
    const { rows } = await pool.query<Columns>(
      `SELECT * FROM ${table} WHERE stream = $1 AND code_version = $2 AND ${condition} ORDER BY revision DESC LIMIT 1`,
      [stream, codeVersion, value],
    );
    return rows[0] === undefined ? null : snapshotOf(rows[0]);
  };
  return {
    async save({ stream, codeVersion, revision, hash, occurredAt, body }) {
      await pool.query(
        `INSERT INTO ${table} (stream, code_version, revision, hash, occurred_at, body) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (stream, code_version, revision) DO NOTHING`,
        [stream, codeVersion, revision, hash, occurredAt, body],
      );
    },
    async newest(stream, codeVersion, limit) {
      for (;;) {
        const found = await newest(stream, codeVersion, limit);
        if (found === null || (await isOf(events, found))) return found;
        // It would hide older ones, which may be good.
        await pool.query(`DELETE FROM ${table} WHERE stream = $1 AND revision = $2 AND hash = $3`, [stream, found.revision, found.hash]);
      }
    },
  };
}

type Limit = Parameters<SnapshotStore['newest']>[2];

interface Columns {
  readonly stream: string;
  readonly code_version: number;
  readonly revision: string;
  readonly hash: string;
  readonly occurred_at: string;
  readonly body: string;
}

/** Times of a stream never go back: the newest by revision is the newest by time. */
function boundOf(limit: Limit): readonly [condition: string, value: string | number | null] {
  if (limit === undefined) return ['$3::bigint IS NULL', null];
  return 'atMost' in limit ? ['revision <= $3', limit.atMost] : ['occurred_at <= $3', limit.at];
}

function snapshotOf({ stream, code_version: codeVersion, revision, hash, occurred_at: occurredAt, body }: Columns): Snapshot {
  return { stream, codeVersion, revision: Number(revision), hash, occurredAt, body, mac: '' };
}

async function isOf(events: Pick<EventStore, 'readStream'>, { stream, revision, hash }: Snapshot): Promise<boolean> {
  const [stored] = await events.readStream(stream, { from: revision, direction: 'forwards', limit: 1 });
  return stored !== undefined && hashOf(stored) === hash;
}
