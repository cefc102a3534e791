// Ledgers that cannot follow their parents, in Postgres: one row per ledger.
import { boundedBlock, INHERITANCE_BLOCKS_LISTED_MAX, type InheritanceBlock, type InheritanceBlocks } from '@confledger/application';
import { parseJsonText } from '@confledger/document';
import { LedgerId } from '@confledger/domain';
import { quotedSchema } from '@confledger/postgres';
import type pg from 'pg';
import { instantOf } from './columns.js';
import { READ_MODEL_SCHEMA_DEFAULT } from './schema.js';
import { queriesOn } from './unavailable.js';

interface BlockColumns {
  readonly environment: string;
  readonly service: string;
  readonly since: Date;
  readonly checked_at: Date;
  readonly code: string;
  readonly message: string;
  readonly details: string;
  readonly layers: string;
}

/** `migrateReadModel` must have been run. The pool stays the caller's. Everything rejects with `ReadModelUnavailable` while Postgres is away. */
export function createPostgresInheritanceBlocks(pool: pg.Pool, options: { readonly schema?: string } = {}): InheritanceBlocks {
  const table = `${quotedSchema(options.schema ?? READ_MODEL_SCHEMA_DEFAULT)}.inheritance_blocks`;
  const query = queriesOn(pool);
  return {
    async put(block) {
      const { ledger, since, checkedAt, code, message, details, layers } = boundedBlock(block);
      const { environment, service } = partsOf(ledger);
      await query(
        `INSERT INTO ${table} (environment, service, since, checked_at, code, message, details, layers) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (environment, service) DO UPDATE
           SET checked_at = excluded.checked_at, code = excluded.code, message = excluded.message, details = excluded.details, layers = excluded.layers`,
        [environment, service, since, checkedAt, code, message, JSON.stringify(details), JSON.stringify(layers)],
      );
    },
    async clear(ledger) {
      const { environment, service } = partsOf(ledger);
      await query(`DELETE FROM ${table} WHERE environment = $1 AND service = $2`, [environment, service]);
    },
    async list({ environment, service }) {
      const rows = await query<BlockColumns>(
        `SELECT environment, service, since, checked_at, code, message, details::text AS details, layers::text AS layers FROM ${table}
         WHERE ($1::text IS NULL OR environment = $1) AND ($2::text IS NULL OR service = $2)
         ORDER BY environment, service LIMIT ${INHERITANCE_BLOCKS_LISTED_MAX}`,
        [environment ?? null, service ?? null],
      );
      return rows.map(blockOf);
    },
  };
}

function blockOf(row: BlockColumns): InheritanceBlock {
  return {
    ledger: `${row.environment}.${row.service}`,
    since: instantOf(row.since),
    checkedAt: instantOf(row.checked_at),
    code: row.code,
    message: row.message,
    // Columns come as text: the driver would read them by JSON.parse.
    details: parseJsonText(row.details) as InheritanceBlock['details'],
    layers: parseJsonText(row.layers) as InheritanceBlock['layers'],
  };
}

function partsOf(ledger: string): LedgerId {
  const id = LedgerId.parse(ledger);
  if (id === null) throw new TypeError(`${ledger} is not the name of a ledger`);
  return id;
}
