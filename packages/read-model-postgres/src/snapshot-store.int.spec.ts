// The Postgres snapshot store, the caches of followers, documents of layers, node reports, heartbeats and blocked ledgers under the rules of their ports, and what a log that was set back does to them.
import type { EventStore, SnapshotStore } from '@confledger/application';
import {
  apiHeartbeatsConformance,
  inheritanceBlocksConformance,
  layerDocumentsConformance,
  nodeReportsConformance,
  snapshotStoreConformance,
} from '@confledger/conformance';
import { createPool } from '@confledger/postgres';
import { freshDatabase } from '@confledger/test-support';
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { createPostgresApiHeartbeats } from './api-heartbeats.js';
import { createPostgresCache, migrateCache } from './caches.js';
import { createPostgresInheritanceBlocks } from './inheritance-blocks.js';
import { createPostgresLayerDocuments, deleteLostLayerDocuments } from './layer-documents.js';
import { createPostgresNodeReports } from './node-reports.js';
import { migrateReadModel } from './schema.js';
import { createPostgresSnapshotStore, deleteLostSnapshots } from './snapshot-store.js';

/** What the suite's snapshots have. */
const HASH = 'ab'.repeat(32);

let database: Promise<string> | undefined;
let schemas = 0;

async function fresh(): Promise<{ pool: pg.Pool; schema: string }> {
  schemas += 1;
  const location = { connectionString: await (database ??= freshDatabase()), schema: `test_${schemas}` };
  await migrateReadModel(location);
  return { pool: createPool(location), schema: location.schema };
}

snapshotStoreConformance('The Postgres snapshot store', async () => {
  const { pool, schema } = await fresh();
  return { store: createPostgresSnapshotStore(pool, { schema }), close: () => pool.end() };
});

snapshotStoreConformance('The cache of a follower', async () => {
  const { pool, schema } = await fresh();
  await migrateCache({ connectionString: await (database ??= freshDatabase()), schema }, 'relay');
  const held = { stream: '', revision: 0, id: '', type: '', data: '{}', metadata: JSON.stringify({ hash: HASH }), position: 1n };
  const cache = createPostgresCache(pool, { part: 'relay', schema, events: { readStream: () => Promise.resolve([held]) } });
  const newest: SnapshotStore['newest'] = async (...call) => {
    const found = await cache.newest(...call);
    // A cache keeps no macs; the suite's have all the same one.
    return found && { ...found, mac: 'cd'.repeat(32) };
  };
  return { store: { ...cache, newest }, close: () => pool.end() };
});

describe('when the log was set back', () => {
  const STREAM = 'config-a.b';
  /** Holds the event at revision 4 and nothing behind it. */
  const events: Pick<EventStore, 'readStream'> = {
    readStream: (stream, { from = 0 }) => {
      const event = { stream, revision: from, id: '', type: '', data: '{}', metadata: JSON.stringify({ hash: HASH }), position: 1n };
      return Promise.resolve(from <= 4 ? [event] : []);
    },
  };
  const taken = (revision: number, hash = HASH, codeVersion = 1) => {
    const occurredAt = '2026-01-01T00:00:00.000Z';
    return { stream: STREAM, revision, hash, occurredAt, codeVersion, body: '{}', mac: 'ef'.repeat(32) };
  };

  test('The snapshots of events that the log does not hold can be deleted, and no other is', async () => {
    const { pool, schema } = await fresh();
    const snapshots = createPostgresSnapshotStore(pool, { schema });
    for (const each of [taken(3), taken(4, '0'.repeat(64), 2), taken(5), taken(1_000_000)]) await snapshots.save(each);
    expect(await deleteLostSnapshots(pool, events, { schema })).toBe(3);
    expect(await snapshots.newest(STREAM, 1)).toMatchObject({ revision: 3 });
    expect(await snapshots.newest(STREAM, 2)).toBeNull();
    await pool.end();
  });

  test('The documents of activations that the log does not hold can be deleted, and no other is', async () => {
    const { pool, schema } = await fresh();
    const documents = createPostgresLayerDocuments(pool, { schema });
    const activations: Record<number, readonly [type: string, data: string]> = {
      3: ['VersionActivated', '{"digest":"d3"}'],
      4: ['VersionActivated', '{"digest":"another"}'],
      5: ['ConfigSet', '{"digest":"d5"}'],
      6: ['VersionActivated', '{"digest":'],
    };
    const log: Pick<EventStore, 'readStream'> = {
      readStream: async (stream, { from: revision = 0 }) => {
        const [type, data] = activations[revision] ?? [];
        return type === undefined || data === undefined || stream !== STREAM
          ? []
          : [{ stream, revision, id: '', type, data, metadata: '{}', position: 1n }];
      },
    };
    for (const activation of [3, 4, 5, 6, 7])
      await documents.put({ ledger: 'a.b', activation, digest: `d${activation}`, body: activation });
    await documents.put({ ledger: 'a.c', activation: 3, digest: 'd3', body: 3 });
    expect(await deleteLostLayerDocuments(pool, log, { schema })).toBe(4);
    // Event 6 was altered: the document is what is left of that activation.
    expect(await Promise.all([3, 4, 5, 6, 7].map((activation) => documents.get('a.b', activation)))).toEqual([3, null, null, 6, null]);
    await pool.end();
  });

  test('A cache passes over them to an older one, and deletes them', async () => {
    const { pool, schema } = await fresh();
    await migrateCache({ connectionString: await (database ??= freshDatabase()), schema }, 'projector');
    const cache = createPostgresCache(pool, { part: 'projector', schema, events });
    for (const each of [taken(3), taken(5), taken(6)]) await cache.save(each);
    expect(await cache.newest(STREAM, 1)).toMatchObject({ revision: 3 });
    const { rows } = await pool.query(`SELECT revision FROM ${schema}_projector_cache.snapshots`);
    expect(rows).toEqual([{ revision: '3' }]);
    await pool.end();
  });
});

nodeReportsConformance('Postgres', async () => {
  const { pool, schema } = await fresh();
  return { reports: createPostgresNodeReports(pool, { schema }), close: () => pool.end() };
});

layerDocumentsConformance('Postgres', async () => {
  const { pool, schema } = await fresh();
  return { documents: createPostgresLayerDocuments(pool, { schema }), close: () => pool.end() };
});

inheritanceBlocksConformance('Postgres', async () => {
  const { pool, schema } = await fresh();
  return { blocks: createPostgresInheritanceBlocks(pool, { schema }), close: () => pool.end() };
});

apiHeartbeatsConformance('Postgres', async () => {
  const { pool, schema } = await fresh();
  const table = `${schema}.api_heartbeats`;
  return {
    heartbeats: createPostgresApiHeartbeats(pool, { schema }),
    kept: async () => Number((await pool.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]?.count),
    age: async (ms) => void (await pool.query(`UPDATE ${table} SET heartbeat_at = heartbeat_at - $1 * interval '1 millisecond'`, [ms])),
    close: () => pool.end(),
  };
});
