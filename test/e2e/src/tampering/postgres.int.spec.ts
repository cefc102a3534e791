// The suite of alterations on Postgres, made by the owner of the tables.
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { freshDatabase } from '@confledger/test-support';
import pg from 'pg';
import { afterAll } from 'vitest';
import { tamperingSuite } from './matrix.js';

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

const TABLE = 'confledger_events.events';
const INSERT = `INSERT INTO ${TABLE} (position, stream, revision, id, type, data, metadata)
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[])`;

tamperingSuite('Postgres', async () => {
  const connectionString = await freshDatabase();
  await migrateEventStore({ connectionString });
  const store = createPostgresEventStore({ connectionString });
  const owner = new pg.Client({ connectionString });
  await owner.connect();
  await owner.query(`ALTER TABLE ${TABLE} DISABLE TRIGGER events_append_only`);
  closers.push(
    () => store.close(),
    () => owner.end(),
  );
  return {
    store,
    async rewrite(gone, there) {
      const column = (name: 'stream' | 'revision' | 'id' | 'type' | 'data' | 'metadata') => there.map((event) => event[name]);
      const positions = [...gone, ...there].map(({ position }) => position.toString());
      await owner.query('BEGIN');
      await owner.query(`DELETE FROM ${TABLE} WHERE position = ANY($1::bigint[])`, [positions]);
      const rest = [column('stream'), column('revision'), column('id'), column('type'), column('data'), column('metadata')];
      await owner.query(INSERT, [there.map(({ position }) => position.toString()), ...rest]);
      await owner.query('COMMIT');
    },
  };
});
