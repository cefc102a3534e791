// Compares the read model with a fold of the log, row by row, at the read model's own position. Reads one snapshot of the
// tables, so the projector may go on meanwhile. Memory: the documents of all ledgers; audit and versions are compared as they pass.
import { chunksOf, LogFolder, readLog, type Discrepancy, type DocumentAt, type EventStore } from '@confledger/application';
import { connectClient, endClient, quotedSchema } from '@confledger/postgres';
import type pg from 'pg';
import { generationSchema, readPointer } from './generations.js';
import { LAYOUT, VIEWED_TABLES } from './layout.js';
import { RowChecker } from './row-checker.js';
import { READ_MODEL_SCHEMA_DEFAULT, type ReadModelLocation } from './schema.js';

export interface VerifyOptions {
  readonly location: ReadModelLocation;
  readonly events: EventStore;
  readonly documentAt: DocumentAt;
}

const PAGE_EVENTS = 1_000;

/** Yields what differs: `before` is what the log says, `after` what the table holds. Nothing yielded means equal. */
export async function* verifyReadModel(options: VerifyOptions): AsyncGenerator<Discrepancy> {
  const schema = options.location.schema ?? READ_MODEL_SCHEMA_DEFAULT;
  const client = await connectClient({ applicationName: 'confledger verify', ...options.location, statementTimeoutMs: 0 });
  try {
    // The fold between two statements may take long where the log answers slowly.
    await client.query('SET idle_in_transaction_session_timeout = 0; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    yield* verifyTables(client, await lockTables(client, schema), options);
  } finally {
    await endClient(client);
  }
}

/** Keeps a rebuild from dropping the tables underneath. Answers their schema, quoted. */
async function lockTables(client: pg.Client, schema: string): Promise<string> {
  const pointer = await readPointer(client, schema);
  if (pointer === null) throw new Error(`Schema ${schema} has no read model yet: run migrateReadModel first.`);
  if (pointer.layout !== LAYOUT)
    throw new Error(`Schema ${schema} was laid out by another release (layout ${pointer.layout}): rebuild it first.`);
  const tables = quotedSchema(generationSchema(schema, pointer.generation));
  await client.query(
    `LOCK TABLE ${VIEWED_TABLES.map((name) => `${tables}.${name}`).join(', ')}, ${tables}.open_events IN ACCESS SHARE MODE`,
  );
  return tables;
}

async function* verifyTables(client: pg.Client, tables: string, { events, documentAt }: VerifyOptions): AsyncGenerator<Discrepancy> {
  const checker = new RowChecker(client, tables);
  const checkpoint = await checker.checkpoint();
  const folder = new LogFolder({ store: checker, documentAt, at: 0n, cachedLeavesMax: Infinity });
  log: for await (const page of readLog(events, 0n, PAGE_EVENTS)) {
    for (const chunk of chunksOf(page)) {
      const upTo = chunk.filter((event) => event.position <= checkpoint.position);
      if (upTo.length > 0) await folder.take(upTo);
      yield* checker.takeDiscrepancies();
      if (upTo.length < chunk.length) break log;
    }
  }
  await checker.compareRest(checkpoint);
  yield* checker.takeDiscrepancies();
}
