// The projection store on Postgres: rows and checkpoint of one generation, by compare-and-set.
import { ProjectionRefused, type Checkpoint, type ProjectionBatch, type ProjectionStore } from '@confledger/application';
import { quotedSchema, SchemaTooNew, SILENCE_MS_MAX, STATEMENT_TIMEOUT_MS_DEFAULT, within } from '@confledger/postgres';
import pg from 'pg';
import { BatchStatement } from './batch-statement.js';
import { generationSchema, readPointer } from './generations.js';
import { loadViews } from './stored-views.js';
import { LAYOUT } from './layout.js';
import { countParkedStreams, parkedStreamsBehind } from './parked-streams.js';
import { resumeStream } from './resume-stream.js';

export interface ProjectionStoreOptions {
  readonly pool: pg.Pool;
  /** The fixed schema. */
  readonly schema: string;
  readonly generation: number;
  /** Of its tables. Rows are written into those of this release only; how far the others are can be asked. Default: this release's. */
  readonly layout?: number;
  /** True: commits only while the pointer names this generation (the projector). False: a rebuild, before anybody reads it. */
  readonly serving: boolean;
}

/** SQLSTATE classes that say the rows themselves are at fault: data exception, program limit exceeded. */
const REFUSED_CLASSES = new Set(['22', '54']);

/** The store of the generation that serves now. After a rebuild its commits are superseded: open it again. */
export async function openProjectionStore(pool: pg.Pool, schema: string): Promise<ProjectionStore> {
  const pointer = await readPointer(pool, schema);
  if (pointer === null) throw new Error(`Schema ${schema} has no read model yet: run migrateReadModel first.`);
  return createProjectionStore({ pool, schema, generation: pointer.generation, layout: pointer.layout, serving: true });
}

export function createProjectionStore({ pool, schema, generation, layout = LAYOUT, serving }: ProjectionStoreOptions): ProjectionStore {
  const tables = quotedSchema(generationSchema(schema, generation));
  const fixed = quotedSchema(schema);
  // FOR SHARE keeps a rebuild from switching between this check and the commit; a switch under way makes it wait and look again.
  const isServing = serving ? `(SELECT generation FROM ${fixed}.read_model FOR SHARE) = ${generation}` : 'true';
  const statement = new BatchStatement({ tables, channel: serving ? schema : null, condition: isServing });
  const write = async (client: pg.ClientBase, batch: ProjectionBatch): Promise<boolean> =>
    (await client.query(statement.of(batch))).rowCount === 1;
  const commit = async (client: pg.ClientBase, batch: ProjectionBatch): Promise<'committed' | 'superseded'> => {
    const { resumed } = batch;
    if (resumed === null) return (await write(client, batch)) ? 'committed' : 'superseded';
    await client.query('BEGIN');
    // First: what is still parked comes back with the rows of the batch.
    const isNext = (await resumeStream(client, tables, resumed)) && (await write(client, batch));
    await client.query(isNext ? 'COMMIT' : 'ROLLBACK');
    return isNext ? 'committed' : 'superseded';
  };

  return {
    async checkpoint() {
      const { rows } = await pool.query<CheckpointColumns>(`SELECT * FROM ${tables}.checkpoint`);
      return checkpointOf(rows[0]);
    },
    load: async (streams) => {
      refuseOtherLayout(layout);
      return loadViews(pool, tables, streams);
    },
    parkedStreamsBehind: (stream, limit) => parkedStreamsBehind(pool, tables, stream, limit),
    // Tables of layout 1 kept none.
    countParkedStreams: async () => (layout < LAYOUT_WITH_PARKED_STREAMS ? 0 : await countParkedStreams(pool, tables)),
    async commit(batch) {
      refuseOtherLayout(layout);
      const client = await pool.connect();
      let failure: Error | undefined;
      try {
        return await within(STATEMENT_TIMEOUT_MS_DEFAULT + SILENCE_MS_MAX, commit(client, batch));
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        if (serving && isGone(error)) return 'superseded';
        throw refusalOf(error) ?? error;
      } finally {
        // A connection in the middle of a failed transaction is ended, which rolls back.
        client.release(failure);
      }
    },
  };
}

/** The first layout that has the table. */
const LAYOUT_WITH_PARKED_STREAMS = 2;

export interface CheckpointColumns {
  readonly position: string;
  /** Absent in layout 1. */
  readonly mark_stream?: string | null;
  readonly mark_revision?: string | null;
  readonly mark_id?: string | null;
}

export function checkpointOf(columns: CheckpointColumns | undefined): Checkpoint {
  const { position = '0', mark_stream: stream = null, mark_revision: revision = null, mark_id: id = null } = columns ?? {};
  const mark = stream === null || revision === null || id === null ? null : { stream, revision: Number(revision), id };
  return { position: BigInt(position), mark };
}

function refuseOtherLayout(layout: number): void {
  if (layout > LAYOUT) throw new SchemaTooNew(`The read model has layout ${layout}, this release knows ${LAYOUT}: run the newer release.`);
  if (layout < LAYOUT)
    throw new Error(`The read model has layout ${layout}, of an older release: rebuild it before anything is projected into it.`);
}

function refusalOf(error: unknown): ProjectionRefused | null {
  // Rows that make a text longer than JavaScript can hold: fewer of them at once may go in.
  if (error instanceof RangeError) return new ProjectionRefused('its rows are too large to be written at once', { cause: error });
  if (!(error instanceof pg.DatabaseError) || !REFUSED_CLASSES.has(error.code?.slice(0, 2) ?? '')) return null;
  return new ProjectionRefused(error.message, { cause: error });
}

/** undefined_table, invalid_schema_name: a rebuild was switched to and has dropped these tables. */
function isGone(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '42P01' || error.code === '3F000');
}
