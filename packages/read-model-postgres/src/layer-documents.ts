// Documents of activations that ledgers stand on, in Postgres. A cache: losing any of them costs time and nothing else, while the streams of
// those ledgers can be read.
import {
  LAYER_DOCUMENT_CHARACTERS_MAX,
  LAYER_DOCUMENTS_KEPT_MAX,
  type EventStore,
  type LayerDocuments,
  type StoredEvent,
} from '@confledger/application';
import { parseJsonText, type JsonValue } from '@confledger/document';
import { LedgerId } from '@confledger/domain';
import { quotedSchema } from '@confledger/postgres';
import type pg from 'pg';
import { READ_MODEL_SCHEMA_DEFAULT } from './schema.js';

/** `migrateReadModel` must have been run. The pool stays the caller's: one with the limits of snapshots. */
export function createPostgresLayerDocuments(pool: pg.Pool, options: { readonly schema?: string } = {}): LayerDocuments {
  const table = tableOf(options);
  return {
    async get(ledger, activation) {
      const { rows } = await pool.query<{ body: string }>(`SELECT body FROM ${table} WHERE ledger = $1 AND activation = $2`, [
        ledger,
        activation,
      ]);
      return rows[0] === undefined ? null : (parseJsonText(rows[0].body) as JsonValue);
    },
    async put({ ledger, activation, digest, body }) {
      const text = JSON.stringify(body);
      if (text.length > LAYER_DOCUMENT_CHARACTERS_MAX) return;
      // Not written: what would be deleted at once, and what a row says already, because several apis put the same.
      await pool.query(
        `INSERT INTO ${table} AS kept (ledger, activation, digest, body)
         SELECT $1, $2::bigint, $3, $4
         WHERE (SELECT count(*) FROM ${table} WHERE ledger = $1 AND activation > $2) < ${LAYER_DOCUMENTS_KEPT_MAX}
         ON CONFLICT (ledger, activation) DO UPDATE SET digest = excluded.digest, body = excluded.body
           WHERE (kept.digest, kept.body) IS DISTINCT FROM (excluded.digest, excluded.body)`,
        [ledger, activation, digest, text],
      );
      await pool.query(
        `DELETE FROM ${table} WHERE ledger = $1 AND activation <= (
           SELECT activation FROM ${table} WHERE ledger = $1 ORDER BY activation DESC OFFSET ${LAYER_DOCUMENTS_KEPT_MAX} LIMIT 1)`,
        [ledger],
      );
    },
  };
}

const SWEEP_ROWS = 500;

interface DocumentKey {
  readonly ledger: string;
  readonly activation: string;
  readonly digest: string;
}

/**
 * Deletes the documents of activations that the log does not hold: it was set back. None of them would be used, but they would be counted among
 * the newest of their ledgers. Answers how many.
 */
export async function deleteLostLayerDocuments(
  pool: pg.Pool,
  events: Pick<EventStore, 'readStream'>,
  options: { readonly schema?: string } = {},
): Promise<number> {
  const table = tableOf(options);
  let deleted = 0;
  for (let after: Omit<DocumentKey, 'digest'> = { ledger: '', activation: '-1' }; ;) {
    const { rows } = await pool.query<DocumentKey>(
      `SELECT ledger, activation, digest FROM ${table} WHERE (ledger, activation) > ($1, $2) ORDER BY 1, 2 LIMIT ${SWEEP_ROWS}`,
      [after.ledger, after.activation],
    );
    for (const row of rows) {
      if (await holdsActivation(events, row)) continue;
      const { rowCount } = await pool.query(`DELETE FROM ${table} WHERE ledger = $1 AND activation = $2`, [row.ledger, row.activation]);
      deleted += rowCount ?? 0;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < SWEEP_ROWS) return deleted;
    after = last;
  }
}

async function holdsActivation(events: Pick<EventStore, 'readStream'>, { ledger, activation, digest }: DocumentKey): Promise<boolean> {
  const stream = LedgerId.parse(ledger)?.stream;
  if (stream === undefined) return false;
  const [stored] = await events.readStream(stream, { from: Number(activation), direction: 'forwards', limit: 1 });
  return stored !== undefined && stored.revision === Number(activation) && activatesDigest(stored, digest);
}

/** What cannot be read may be what somebody altered: that is when the document is needed. */
function activatesDigest({ type, data }: Pick<StoredEvent, 'type' | 'data'>, digest: string): boolean {
  try {
    return type === 'VersionActivated' && (parseJsonText(data) as { readonly digest?: unknown }).digest === digest;
  } catch {
    return true;
  }
}

function tableOf({ schema = READ_MODEL_SCHEMA_DEFAULT }: { readonly schema?: string }): string {
  return `${quotedSchema(schema)}.layer_documents`;
}
