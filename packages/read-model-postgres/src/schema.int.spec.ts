// Holds the committed dump of the schemas (schema.sql) to what the migrations and the layout make, so that a review sees a change's effect.
import { createPool } from '@confledger/postgres';
import { freshDatabase } from '@confledger/test-support';
import { readFile, writeFile } from 'node:fs/promises';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrateReadModel } from './schema.js';

const DUMP = new URL('./schema.sql', import.meta.url);
/** Set to write the dump instead of comparing it. */
const UPDATE = process.env['CONFLEDGER_UPDATE_DUMPS'] === 'true';

let pool: pg.Pool;
let connectionString: string;
beforeAll(async () => {
  connectionString = await freshDatabase();
  pool = createPool({ connectionString });
});
afterAll(() => pool.end());

test('The committed dump is what the migrations make (CONFLEDGER_UPDATE_DUMPS=true writes it)', async () => {
  await migrateReadModel({ connectionString });
  const dump = `-- Generated from the catalogue of a migrated database, checked by schema.int.spec.ts. Not run by anything.\n\n${await dumpOf('confledger')}${await dumpOf('confledger_read_1')}`;
  if (UPDATE) await writeFile(DUMP, dump);
  expect(dump).toBe(await readFile(DUMP, 'utf8'));
});

test('Migrating again, from several processes at once, changes nothing', async () => {
  const before = await dumpOf('confledger');
  await Promise.all([1, 2, 3].map(() => migrateReadModel({ connectionString })));
  expect(await dumpOf('confledger')).toBe(before);
});

test('Several processes that make the read model at once make one', async () => {
  const location = { connectionString, schema: 'race' };
  expect(await Promise.all([1, 2, 3, 4].map(() => migrateReadModel(location)))).toEqual(['current', 'current', 'current', 'current']);
  const { rows } = await pool.query<{ nspname: string }>(`SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'race')`);
  expect(rows.map(({ nspname }) => nspname).sort()).toEqual(['race', 'race_read_1']);
});

async function dumpOf(schema: string): Promise<string> {
  const relations = await pool.query<{ name: string; kind: string; oid: number }>(
    `SELECT relname AS name, relkind AS kind, c.oid::int FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE nspname = $1 AND relkind IN ('r', 'v') ORDER BY relname COLLATE "C"`,
    [schema],
  );
  const parts = [`CREATE SCHEMA ${schema};\n`];
  for (const { name, kind, oid } of relations.rows)
    parts.push(kind === 'v' ? await viewOf(schema, name, oid) : await tableOf(schema, name, oid));
  return `${parts.join('\n')}\n`;
}

async function tableOf(schema: string, name: string, oid: number): Promise<string> {
  const columns = await lines(
    `SELECT format('%I %s%s%s%s', attname, format_type(atttypid, atttypmod), CASE WHEN attcollation <> 0 AND attcollation <> 100 THEN ' COLLATE ' || attcollation::regcollation::text ELSE '' END,
       CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END, coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')) AS line
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    oid,
  );
  const constraints = await lines(
    `SELECT pg_get_constraintdef(oid) AS line FROM pg_constraint WHERE conrelid = $1 AND contype IN ('p', 'u', 'c', 'f') ORDER BY contype, conname COLLATE "C"`,
    oid,
  );
  const indexes = await lines(
    `SELECT pg_get_indexdef(indexrelid) || ';' AS line FROM pg_index i WHERE indrelid = $1 AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid) ORDER BY 1`,
    oid,
  );
  const body = [...columns, ...constraints].map((line) => `  ${line}`).join(',\n');
  return `${[`CREATE TABLE ${schema}.${name} (\n${body}\n);`, ...indexes].join('\n')}\n`;
}

async function viewOf(schema: string, name: string, oid: number): Promise<string> {
  const [definition = ''] = await lines('SELECT pg_get_viewdef($1::oid) AS line', oid);
  return `CREATE VIEW ${schema}.${name} AS\n${definition}\n`;
}

async function lines(sql: string, oid: number): Promise<string[]> {
  return (await pool.query<{ line: string }>(sql, [oid])).rows.map(({ line }) => line);
}
