// Generations of the read model's tables: one serves, a rebuild fills the next. Readers use the views of the fixed schema, which are remade
// in the transaction that moves the pointer, so they follow without noticing.
import { quotedSchema } from '@confledger/postgres';
import type pg from 'pg';
import { LAYOUT, tablesOf, VIEWED_TABLES } from './layout.js';

export interface Pointer {
  readonly generation: number;
  readonly layout: number;
}

/** The unquoted name of a generation's schema. */
export function generationSchema(schema: string, generation: number): string {
  return `${schema}_read_${generation}`;
}

/** Which generation serves; null before the first. */
export async function readPointer(client: pg.ClientBase | pg.Pool, schema: string): Promise<Pointer | null> {
  const { rows } = await client.query<Pointer>(`SELECT generation, layout FROM ${quotedSchema(schema)}.read_model`);
  return rows[0] ?? null;
}

/** Makes the tables of the next generation and answers its number. */
export async function addGeneration(client: pg.ClientBase, schema: string): Promise<number> {
  const generation = Math.max(0, ...(await generationsOf(client, schema))) + 1;
  const name = quotedSchema(generationSchema(schema, generation));
  await client.query(`CREATE SCHEMA ${name}; ${tablesOf(name)}`);
  return generation;
}

/** The role that the serving generation belongs to; null before the first. */
export async function ownerOfServing(client: pg.ClientBase, schema: string): Promise<string | null> {
  const serving = await readPointer(client, schema);
  if (serving === null) return null;
  const { rows } = await client.query<{ owner: string }>('SELECT pg_get_userbyid(nspowner) AS owner FROM pg_namespace WHERE nspname = $1', [
    generationSchema(schema, serving.generation),
  ]);
  return rows[0]?.owner ?? null;
}

/** Points readers and projector at a generation. To be called within a transaction. */
export async function pointAt(client: pg.ClientBase, schema: string, generation: number): Promise<void> {
  const fixed = quotedSchema(schema);
  const tables = quotedSchema(generationSchema(schema, generation));
  const views = VIEWED_TABLES.map(
    (name) => `DROP VIEW IF EXISTS ${fixed}.${name}; CREATE VIEW ${fixed}.${name} AS SELECT * FROM ${tables}.${name};`,
  );
  await client.query(views.join('\n'));
  await client.query(
    `INSERT INTO ${fixed}.read_model (generation, layout) VALUES ($1, $2)
     ON CONFLICT (one) DO UPDATE SET generation = excluded.generation, layout = excluded.layout, switched_at = now()`,
    [generation, LAYOUT],
  );
}

/** Removes every generation but the one that serves: what a switch left behind, or a rebuild that was broken off. */
export async function dropIdleGenerations(client: pg.ClientBase, schema: string): Promise<void> {
  const serving = await readPointer(client, schema);
  if (serving === null) return;
  for (const generation of await generationsOf(client, schema)) {
    if (generation !== serving.generation) await client.query(`DROP SCHEMA ${quotedSchema(generationSchema(schema, generation))} CASCADE`);
  }
}

/** The numbers of those that are there. */
export async function generationsOf(client: pg.ClientBase, schema: string): Promise<number[]> {
  const { rows } = await client.query<{ nspname: string }>('SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)', [
    `${schema}_read_`,
  ]);
  return rows
    .map(({ nspname }) => Number(nspname.slice(`${schema}_read_`.length)))
    .filter((generation) => Number.isSafeInteger(generation));
}
