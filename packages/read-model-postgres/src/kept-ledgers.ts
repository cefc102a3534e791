// Reads back what the tables hold of ledgers, so that a projector that starts need not read the log from its beginning.
import type { ItemWrite, KeptLedger, LedgerWrite, StoredEvent } from '@confledger/application';
import { parseJsonText, type JsonValue } from '@confledger/document';
import type pg from 'pg';
import { instantOf, numberOf } from './columns.js';

interface LedgerColumns {
  readonly ledger: string;
  readonly revision: string;
  readonly hash: string | null;
  readonly is_there: boolean;
  readonly latest: string | null;
  readonly active: string | null;
  readonly activation: string | null;
  readonly pending: string;
  readonly digest: string;
  readonly active_digest: string | null;
  readonly updated_at: Date | null;
  readonly parked_at: string | null;
}

/** `schema` is the generation's, quoted. A ledger without a row is not in the answer. */
export async function loadLedgers(
  pool: pg.Pool | pg.ClientBase,
  schema: string,
  ledgers: readonly string[],
): Promise<Map<string, KeptLedger>> {
  const kept = new Map<string, { row: LedgerWrite; items: ItemWrite[]; buffered: StoredEvent[] }>();
  if (ledgers.length === 0) return kept;
  const { rows } = await pool.query<LedgerColumns>(`SELECT * FROM ${schema}.ledgers WHERE ledger = ANY($1)`, [ledgers]);
  for (const columns of rows) kept.set(columns.ledger, { row: ledgerOf(columns), items: [], buffered: [] });
  // A new ledger, by far the most frequent reason to come here, is known by its absence.
  if (kept.size === 0) return kept;
  const known = [...kept.keys()];
  for (const item of await itemsOf(pool, schema, known)) kept.get(item.ledger)?.items.push(item);
  for (const [ledger, event] of await openEventsOf(pool, schema, known)) kept.get(ledger)?.buffered.push(event);
  return kept;
}

export function ledgerOf(columns: LedgerColumns): LedgerWrite {
  return {
    ledger: columns.ledger,
    revision: Number(columns.revision),
    hash: columns.hash,
    exists: columns.is_there,
    latest: numberOf(columns.latest),
    active: numberOf(columns.active),
    activation: numberOf(columns.activation),
    pending: Number(columns.pending),
    digest: columns.digest,
    activeDigest: columns.active_digest,
    updatedAt: columns.updated_at === null ? null : instantOf(columns.updated_at),
    parkedAt: columns.parked_at === null ? null : BigInt(columns.parked_at),
  };
}

async function itemsOf(pool: pg.Pool | pg.ClientBase, schema: string, ledgers: readonly string[]): Promise<ItemWrite[]> {
  const { rows } = await pool.query<{ ledger: string; of: 'head' | 'active'; path: string; revision: string; value: string }>(
    `SELECT ledger, of, path, revision, value::text AS value FROM ${schema}.items WHERE ledger = ANY($1)`,
    [ledgers],
  );
  return rows.map(({ ledger, of, path, revision, value }) => ({
    ledger,
    of,
    path,
    revision: Number(revision),
    value: parseJsonText(value) as JsonValue,
  }));
}

async function openEventsOf(pool: pg.Pool | pg.ClientBase, schema: string, ledgers: readonly string[]): Promise<[string, StoredEvent][]> {
  const { rows } = await pool.query<{ [K in keyof StoredEvent]: string } & { ledger: string }>(
    `SELECT ledger, revision, position, stream, id, type, data, metadata FROM ${schema}.open_events WHERE ledger = ANY($1) ORDER BY ledger, revision`,
    [ledgers],
  );
  return rows.map(({ ledger, revision, position, ...event }) => [
    ledger,
    { ...event, revision: Number(revision), position: BigInt(position) },
  ]);
}
