// The one statement that writes a projection batch: it moves the checkpoint by compare-and-set, and everything else only where that moved.
// Columns travel as arrays through unnest. One round trip, whatever is written, so that Postgres works while the next batch is folded.
import type { ProjectionBatch } from '@confledger/application';
import type pg from 'pg';
import { arrayLiteral } from './array-literal.js';
import { FREQUENT_WRITES, RARE_WRITES, type TableWrite } from './batch-tables.js';

export interface StatementOptions {
  /** The schema of the generation, quoted. */
  readonly tables: string;
  /** The channel that is notified of the new position; null for tables that nobody reads yet. */
  readonly channel: string | null;
  /** What has to hold besides, in SQL. */
  readonly condition: string;
}

/** Parameters of the checkpoint, before those of the tables. */
const OWN_PARAMETERS = 6;

export class BatchStatement {
  readonly #options: StatementOptions;
  readonly #frequent: string;
  readonly #all: string;

  constructor(options: StatementOptions) {
    this.#options = options;
    this.#frequent = textOf(FREQUENT_WRITES, options);
    this.#all = textOf(ALL_WRITES, options);
  }

  /** Named: parsed once on each connection. Answers one row when the checkpoint was where the batch begins, else none and writes nothing. */
  of(batch: ProjectionBatch): pg.QueryConfig {
    const isFrequent = RARE_WRITES.every(({ rows }) => rows(batch).length === 0);
    const { tables, channel } = this.#options;
    const { from, to, mark } = batch;
    const values: unknown[] = [from, to, channel, mark?.stream, mark?.revision, mark?.id];
    for (const { rows, columns } of isFrequent ? FREQUENT_WRITES : ALL_WRITES) {
      const written = rows(batch);
      for (const [, , valueOf] of columns) values.push(arrayLiteral(written, valueOf));
    }
    return { name: `${isFrequent ? 'frequent' : 'all'} ${tables}`, text: isFrequent ? this.#frequent : this.#all, values };
  }
}

/** With what is deleted first: what is inserted refers to it. */
const ALL_WRITES = [...RARE_WRITES, ...FREQUENT_WRITES];

function textOf(writes: readonly TableWrite<unknown>[], { tables, condition }: StatementOptions): string {
  let parameters = OWN_PARAMETERS;
  const emptied = new Set(writes.filter(({ deletes }) => deletes === true).map(({ table }) => table));
  const parts = writes.map((write) => {
    const arrays = write.columns.map(([, type]) => `$${(parameters += 1)}::${type}[]`).join(', ');
    if (write.deletes === true) return `gone_${write.table} AS (${deletion(write, tables, arrays)})`;
    return `written_${write.table} AS (${insertion(write, tables, arrays, emptied.has(write.table))})`;
  });
  // The log is what must be durable. After a crash of Postgres rows and checkpoint are at an earlier, common point, and the events behind
  // it are folded again; so no commit here waits for the disk.
  return `
    WITH moved AS (
      UPDATE ${tables}.checkpoint SET position = $2, marked_at = $2, mark_stream = coalesce($4, mark_stream),
        mark_revision = coalesce($5, mark_revision), mark_id = coalesce($6, mark_id)
      WHERE position = $1 AND ${condition} AND set_config('synchronous_commit', 'off', true) = 'off' RETURNING position),
    ${parts.join(',\n    ')}
    SELECT CASE WHEN $3::text IS NOT NULL THEN pg_notify($3, position::text) END FROM moved`;
}

/** Rows of a key may go and come back in one batch: where rows of the table are deleted too, that is done first. */
function insertion({ table, columns, onConflict }: TableWrite<unknown>, tables: string, arrays: string, isEmptied: boolean): string {
  const names = columns.map(([name]) => name).join(', ');
  const afterwards = isEmptied ? ` WHERE (SELECT count(*) FROM gone_${table}) >= 0` : '';
  const conflict = onConflict === undefined ? '' : ` ON CONFLICT ${onConflict}`;
  return `INSERT INTO ${tables}.${table} (${names}) SELECT u.* FROM moved, unnest(${arrays}) AS u${afterwards}${conflict}`;
}

function deletion({ table, columns }: TableWrite<unknown>, tables: string, arrays: string): string {
  const names = columns.map(([name]) => name);
  const matches = names.map((name) => `t.${name} = u.${name}`).join(' AND ');
  return `DELETE FROM ${tables}.${table} t USING moved, unnest(${arrays}) AS u(${names.join(', ')}) WHERE ${matches} RETURNING 1`;
}
