// Rebuild and verify on a real Postgres: the old tables serve until the new ones have caught up, and one wrong value is found.
import {
  LogFolder,
  type Discrepancy,
  type DocumentAt,
  type EventStore,
  type ProjectionStore,
  type ReadModel,
} from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { contentsOf, projectLog, randomLedgerLog, type LedgerLog } from '@confledger/conformance';
import { createPool, tryAdvisoryLock } from '@confledger/postgres';
import { freshDatabase } from '@confledger/test-support';
import type pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openProjectionStore } from './projection-store.js';
import { createPostgresReadModel } from './read-model.js';
import { rebuildReadModel, RebuildUnderWay } from './rebuild.js';
import { migrateReadModel } from './schema.js';
import { verifyReadModel } from './verify.js';

const ENGINE = 'production.trading-engine';

describe('rebuild and verify', () => {
  let connectionString: string;
  let schemas = 0;
  let location: { connectionString: string; schema: string };
  let log: LedgerLog;
  let events: EventStore;
  let pool: pg.Pool;
  let readModel: ReadModel;
  let store: ProjectionStore;

  const documentAt: DocumentAt = (ledger, version) => log.documentAt(ledger, version);
  const rebuild = (onProgress?: (position: bigint) => void) =>
    rebuildReadModel({ location, events, documentAt, ...(onProgress && { onProgress }) });
  const verify = async (): Promise<Discrepancy[]> => {
    const found: Discrepancy[] = [];
    for await (const discrepancy of verifyReadModel({ location, events, documentAt })) found.push(discrepancy);
    return found;
  };
  const generations = async (): Promise<string[]> => {
    const { rows } = await pool.query<{ nspname: string }>(`SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1) ORDER BY 1`, [
      `${location.schema}_read_`,
    ]);
    return rows.map(({ nspname }) => nspname.slice(location.schema.length));
  };

  beforeAll(async () => {
    connectionString = await freshDatabase();
  });
  beforeEach(async () => {
    schemas += 1;
    location = { connectionString, schema: `rebuild_${schemas}` };
    await migrateReadModel(location);
    log = randomLedgerLog(schemas, 60);
    events = createInMemoryEventStore();
    await log.appendTo(events);
    pool = createPool(location);
    readModel = createPostgresReadModel(location);
    store = await openProjectionStore(pool, location.schema);
    await projectLog(log, store);
  });
  afterEach(async () => {
    await readModel.close();
    await pool.end();
    await events.close();
  });

  test('A rebuild answers every query as before, from new tables, and the old ones are gone', async () => {
    const before = await contentsOf(readModel, store);
    expect(await rebuild()).toBe(2);
    expect(await generations()).toEqual(['_read_2']);
    expect(await contentsOf(readModel, await openProjectionStore(pool, location.schema))).toEqual(before);
  });

  test('Readers that were there before the switch follow it, and the old projector is superseded', async () => {
    const folder = new LogFolder({ store, documentAt, at: (await store.checkpoint()).position });
    const count = log.stored.length;
    const seen = log.change(ENGINE, { note: 'before the rebuild' });
    const more = log.change(ENGINE, { note: 12_345 });
    await log.appendTo(events, count);
    expect(await folder.take(seen)).toBe('committed');
    await rebuild();
    expect(await folder.take(more)).toBe('superseded');
    expect(await readModel.position()).toBe(log.stored.at(-1)?.position);
    expect((await readModel.audit({}, { limit: 1 })).items[0]).toMatchObject({ after: 12_345 });
  });

  test('What is projected while a rebuild runs is there after it', async () => {
    let wrote: Promise<unknown> | undefined;
    await rebuild(() => {
      wrote ??= (async () => {
        const count = log.stored.length;
        for (let index = 0; index < 30; index += 1) log.change(ENGINE, { 'risk.maxPositionSize': index });
        await log.appendTo(events, count);
        await projectLog(log, store).catch(() => undefined);
      })();
    });
    await wrote;
    await projectLog(log, await openProjectionStore(pool, location.schema));
    expect(await readModel.position()).toBe(log.stored.at(-1)?.position);
    expect(await verify()).toEqual([]);
  });

  test('A rebuild that is broken off leaves the old tables serving, and the next one clears away what it left', async () => {
    const before = await contentsOf(readModel, store);
    const broken = new AbortController();
    const options = { location, events, documentAt, signal: broken.signal };
    broken.abort(new Error('pulled the plug'));
    await expect(rebuildReadModel(options)).rejects.toThrow('pulled the plug');
    expect(await generations()).toEqual(['_read_1', '_read_2']);
    expect(await contentsOf(readModel, store)).toEqual(before);
    await rebuild();
    expect(await generations()).toEqual(['_read_2']);
  });

  test('Of two rebuilds at once the second is refused', async () => {
    const lock = await tryAdvisoryLock(location, `rebuild ${location.schema}`);
    await expect(rebuild()).rejects.toBeInstanceOf(RebuildUnderWay);
    await lock?.release();
    expect(await rebuild()).toBe(2);
  });

  test('A long query on the old tables delays the switch, and nothing else', async () => {
    const reader = await pool.connect();
    await reader.query(`BEGIN; SELECT * FROM ${location.schema}.audit LIMIT 1`);
    const rebuilt = rebuild();
    await expect(Promise.race([rebuilt, new Promise((resolve) => setTimeout(resolve, 700, 'waiting'))])).resolves.toBe('waiting');
    expect((await readModel.ledgers({}, { limit: 1 })).items).toHaveLength(1);
    await reader.query('COMMIT');
    reader.release();
    expect(await rebuilt).toBe(2);
  });

  test('A rebuild tries again what was parked', async () => {
    const [good] = log.change('staging.parked', { a: 1 });
    await log.appendTo(events, log.stored.length - 2);
    const poisoned = { ...good, data: '{' } as NonNullable<typeof good>;
    const folder = new LogFolder({ store, documentAt, at: (await store.checkpoint()).position });
    await folder.take([poisoned, ...log.stored.slice(-1)]);
    expect((await readModel.parked({ limit: 9 })).items).toHaveLength(2);
    await rebuild();
    expect((await readModel.parked({ limit: 9 })).items).toEqual([]);
    expect(await verify()).toEqual([]);
  });

  test('Tables that an older release laid out are told as outdated', async () => {
    expect(await migrateReadModel(location)).toBe('current');
    await pool.query(`UPDATE ${location.schema}.read_model SET layout = 0`);
    expect(await migrateReadModel(location)).toBe('outdated');
    await rebuild();
    expect(await migrateReadModel(location)).toBe('current');
  });

  test('Verify finds nothing where nothing was altered, also with poisoned events and an open change set', async () => {
    const count = log.stored.length;
    log.raw('config-testing.poisoned', { type: 'ConfigSet', data: '{}', metadata: '{}' });
    log.change('testing.open', { a: 1, b: 2 }, { keep: 2 });
    await log.appendTo(events, count);
    await projectLog(log, store);
    expect(await verify()).toEqual([]);
  });

  test.each([
    [
      'audit',
      `UPDATE $s.audit SET after = '"tampered"' WHERE position = (SELECT max(position) FROM $s.audit WHERE type = 'ConfigSet' AND after::text <> '"tampered"')`,
      'after',
    ],
    ['audit', `UPDATE $s.audit SET actor = 'mallory' WHERE position = (SELECT max(position) FROM $s.audit)`, 'actor'],
    ['audit', `DELETE FROM $s.audit WHERE position = (SELECT min(position) FROM $s.audit)`, ''],
    ['items', `UPDATE $s.items SET value = '123456' WHERE ctid = (SELECT min(ctid) FROM $s.items)`, 'value'],
    ['items', `UPDATE $s.items SET revision = revision + 1 WHERE ctid = (SELECT min(ctid) FROM $s.items)`, 'revision'],
    ['items', `INSERT INTO $s.items SELECT ledger, of, 'smuggled', revision, value FROM $s.items LIMIT 1`, ''],
    ['ledgers', `UPDATE $s.ledgers SET active = 0 WHERE ledger = (SELECT min(ledger) FROM $s.ledgers)`, 'active'],
    ['versions', `UPDATE $s.versions SET reason = 'other' WHERE ctid = (SELECT min(ctid) FROM $s.versions)`, 'reason'],
    ['activations', `UPDATE $s.activations SET actor = 'mallory' WHERE ctid = (SELECT min(ctid) FROM $s.activations)`, 'actor'],
    ['activations', `UPDATE $s.activations SET layers = '[{}]' WHERE ctid = (SELECT min(ctid) FROM $s.activations)`, 'layers'],
    ['activations', `UPDATE $s.activations SET pinned = NOT pinned WHERE ctid = (SELECT min(ctid) FROM $s.activations)`, 'pinned'],
    ['activations', `UPDATE $s.activations SET digest = 'other' WHERE ctid = (SELECT min(ctid) FROM $s.activations)`, 'digest'],
    ['ledgers', `UPDATE $s.ledgers SET layers = '[{}]' WHERE ledger = (SELECT min(ledger) FROM $s.ledgers)`, 'layers'],
    ['ledgers', `UPDATE $s.ledgers SET active_own = 'other' WHERE ledger = (SELECT min(ledger) FROM $s.ledgers)`, 'activeOwn'],
    ['audit', `UPDATE $s.audit SET source = '{"kind":"inheritance"}' WHERE position = (SELECT max(position) FROM $s.audit)`, 'source'],
    ['tags', `UPDATE $s.tags SET version = version + 1 WHERE ctid = (SELECT min(ctid) FROM $s.tags)`, 'version'],
    ['environments', `DELETE FROM $s.environments WHERE environment = 'staging'`, ''],
    ['environments', `UPDATE $s.environments SET position = position + 1 WHERE environment = 'staging'`, 'position'],
    ['parked_streams', `INSERT INTO $s.parked_streams VALUES ('keyring', 0, 1, 'KeyWrapped', 'smuggled')`, ''],
    ['checkpoint', `UPDATE $s.checkpoint SET mark_id = 'another'`, 'mark'],
  ])('Verify finds one altered row: %s, %s', async (_, sql, column) => {
    await pool.query(sql.replaceAll('$s', `${location.schema}_read_1`));
    const found = await verify();
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.difference.path).toBe(column);
    expect(found.length).toBeLessThanOrEqual(2);
  });
});
