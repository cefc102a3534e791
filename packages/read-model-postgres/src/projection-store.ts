// The projection store on Postgres: rows and checkpoint of one generation, by compare-and-set. Used by projector and rebuild.
import { ProjectionRefused, type ProjectionBatch, type ProjectionStore } from '@confledger/application';
import { quotedSchema, SILENCE_MS_MAX, STATEMENT_TIMEOUT_MS_DEFAULT, within } from '@confledger/postgres';
import pg from 'pg';
import { writeBatch } from './batch-writes.js';
import { generationSchema, readPointer } from './generations.js';
import { loadLedgers } from './kept-ledgers.js';

export interface ProjectionStoreOptions {
  readonly pool: pg.Pool;
  /** The fixed schema. */
  readonly schema: string;
  readonly generation: number;
  /** True: commits only while the pointer names this generation (the projector). False: a rebuild, before anybody reads it. */
  readonly serving: boolean;
}

/** SQLSTATE classes that say the rows themselves are at fault: data exception, program limit exceeded. */
const REFUSED_CLASSES = new Set(['22', '54']);

/** The store of the generation that serves now. After a rebuild its commits are superseded: open it again. */
export async function openProjectionStore(pool: pg.Pool, schema: string): Promise<ProjectionStore> {
  const pointer = await readPointer(pool, schema);
  if (pointer === null) throw new Error(`Schema ${schema} has no read model yet: run migrateReadModel first.`);
  return createProjectionStore({ pool, schema, generation: pointer.generation, serving: true });
}

export function createProjectionStore({ pool, schema, generation, serving }: ProjectionStoreOptions): ProjectionStore {
  const tables = quotedSchema(generationSchema(schema, generation));
  const fixed = quotedSchema(schema);
  // FOR SHARE keeps a rebuild from switching between this check and the commit; a switch under way makes it wait and look again.
  const isServing = serving ? `(SELECT generation FROM ${fixed}.read_model FOR SHARE) = ${generation}` : 'true';
  const move = `
    WITH moved AS (UPDATE ${tables}.checkpoint SET position = $2 WHERE position = $1 AND ${isServing} RETURNING position)
    SELECT CASE WHEN ${serving} THEN pg_notify($3, position::text) END FROM moved`;

  const transact = async (client: pg.ClientBase, batch: ProjectionBatch): Promise<'committed' | 'superseded'> => {
    // The log is what must be durable. After a crash of Postgres rows and checkpoint are at an earlier, common point, and the
    // events behind it are folded again; so no commit here waits for the disk.
    await client.query('BEGIN; SET LOCAL synchronous_commit = off');
    const { rowCount } = await client.query(move, [batch.from, batch.to, schema]);
    if (rowCount !== 1) {
      await client.query('ROLLBACK');
      return 'superseded';
    }
    await writeBatch(client, tables, batch);
    await client.query('COMMIT');
    return 'committed';
  };

  return {
    async checkpoint() {
      const { rows } = await pool.query<{ position: string }>(`SELECT position FROM ${tables}.checkpoint`);
      return BigInt(rows[0]?.position ?? '0');
    },
    load: (ledgers) => loadLedgers(pool, tables, ledgers),
    async commit(batch) {
      const client = await pool.connect();
      let failure: Error | undefined;
      try {
        return await within(STATEMENT_TIMEOUT_MS_DEFAULT + SILENCE_MS_MAX, transact(client, batch));
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

function refusalOf(error: unknown): ProjectionRefused | null {
  if (!(error instanceof pg.DatabaseError) || !REFUSED_CLASSES.has(error.code?.slice(0, 2) ?? '')) return null;
  return new ProjectionRefused(error.message, { cause: error });
}

/** undefined_table, invalid_schema_name: a rebuild was switched to and has dropped these tables. */
function isGone(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '42P01' || error.code === '3F000');
}
