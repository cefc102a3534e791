// Pages of large events: one query reads so many bytes only, and the page is whole all the same.
import { randomUUID } from 'node:crypto';
import { freshDatabase } from '@confledger/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPostgresEventStore, migrateEventStore } from './index.js';
import { QUERY_BYTES_MAX } from './reads.js';

const STREAM = 'config-production.large';
/** Two bytes a character: a cut is by bytes. */
const LARGE = JSON.stringify({ value: 'é'.repeat(250_000) });
const LARGE_EVENTS = Math.ceil((2.5 * QUERY_BYTES_MAX) / Buffer.byteLength(LARGE));
const SMALL_EVENTS = 3;

let store: ReturnType<typeof createPostgresEventStore>;
beforeAll(async () => {
  const connectionString = await freshDatabase();
  await migrateEventStore({ connectionString });
  store = createPostgresEventStore({ connectionString });
  for (let revision = 0; revision < LARGE_EVENTS + SMALL_EVENTS; revision += 1) {
    const data = revision < LARGE_EVENTS ? LARGE : '{}';
    await store.append(STREAM, revision - 1, [{ id: randomUUID(), type: 'ConfigSet', data, metadata: '{}' }]);
  }
});
afterAll(() => store.close());

const all = Array.from({ length: LARGE_EVENTS + SMALL_EVENTS }, (_, revision) => revision);

test('a page of more bytes than one query reads has every event, in either direction', async () => {
  const forwards = await store.readStream(STREAM, { from: 0, direction: 'forwards', limit: 500 });
  expect(forwards.map(({ revision }) => revision)).toEqual(all);
  expect(forwards.every(({ revision, data }) => data === (revision < LARGE_EVENTS ? LARGE : '{}'))).toBe(true);
  const backwards = await store.readStream(STREAM, { direction: 'backwards', limit: 500 });
  expect(backwards.map(({ revision }) => revision)).toEqual(all.toReversed());
  const log = await store.readAll({ after: 0n, limit: 500 });
  expect(log.map(({ revision }) => revision)).toEqual(all);
  expect(Object.keys(log[0] ?? {}).toSorted()).toEqual(['data', 'id', 'metadata', 'position', 'revision', 'stream', 'type']);
});

test('a page has its limit of events, wherever a query is cut', async () => {
  for (const limit of [1, 30, 33, 34, 35, 67, LARGE_EVENTS, LARGE_EVENTS + 1]) {
    const page = await store.readStream(STREAM, { from: 1, direction: 'forwards', limit });
    expect(page.map(({ revision }) => revision)).toEqual(all.slice(1, 1 + limit));
  }
});
