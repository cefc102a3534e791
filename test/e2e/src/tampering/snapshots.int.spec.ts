// Snapshots that somebody wrote into Postgres: none is used, each is reported, and what is served and signed is the log's.
import type { EventStore, LedgersCore } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { createPostgresSnapshotStore, migrateReadModel } from '@confledger/read-model-postgres';
import { eventually, freshDatabase } from '@confledger/test-support';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freshCore, idOf, STREAMS, writeHonestLog, type HonestLog } from './honest-log.js';
import { selectorsOf, servedBy, type Served } from './judged.js';

const [FIRST, SECOND] = STREAMS;
/** More than the interval between snapshots. */
const EVENTS = 520;
const TABLE = 'confledger.snapshots';

const store = createInMemoryEventStore();
const faults: unknown[] = [];
let pool: pg.Pool;
let honest: HonestLog;
let truth: Served;
let rows: readonly Readonly<Record<string, unknown>>[];

const onSnapshotFault = (error: unknown): void => void faults.push(error);
/** A fresh process that makes no snapshots of its own. */
const core = (over: EventStore = store): LedgersCore =>
  freshCore(over, honest, { snapshots: { ...createPostgresSnapshotStore(pool), save: async () => undefined }, onSnapshotFault });
const served = async (stream: string = FIRST): Promise<Served> =>
  servedBy(core(), idOf(stream), selectorsOf(await store.readStream(stream, { limit: 500 })));

beforeAll(async () => {
  const connectionString = await freshDatabase();
  await migrateReadModel({ connectionString });
  pool = new pg.Pool({ connectionString });
  honest = await writeHonestLog(store, EVENTS, [FIRST, SECOND]);
  truth = await servedBy(freshCore(store, honest), idOf(FIRST), selectorsOf(await store.readStream(FIRST, { limit: 500 })));
  const first = freshCore(store, honest, { snapshots: createPostgresSnapshotStore(pool) });
  for (const stream of [FIRST, SECOND]) await first.read(idOf(stream), {});
  rows = await eventually(async () => {
    const found = (await pool.query(`SELECT * FROM ${TABLE} ORDER BY stream`)).rows as typeof rows;
    return found.length === 2 ? found : null;
  });
});
afterAll(() => pool.end());
afterEach(async () => {
  faults.length = 0;
  await pool.query(`DELETE FROM ${TABLE}`);
  const columns = ['stream', 'code_version', 'revision', 'hash', 'occurred_at', 'body', 'mac'];
  for (const row of rows) {
    const values = columns.map((column) => row[column]);
    await pool.query(`INSERT INTO ${TABLE} (${columns.join()}) VALUES ($1, $2, $3, $4, $5, $6, $7)`, values);
  }
});

const update = (assignment: string, stream: string = FIRST) => pool.query(`UPDATE ${TABLE} SET ${assignment} WHERE stream = '${stream}'`);

/** What an activation of the newest version signs. */
async function signedDigest(): Promise<string | null> {
  const request = { actor: { id: 'alice', method: 'token', roles: [] }, reason: null, correlationId: 'c', request: 'activate', guards: {} };
  const outcome = await core().execute(idOf(FIRST), { type: 'Activate', version: 'latest' }, { ...request, dryRun: true });
  return outcome.kind === 'done' ? outcome.standing.digest : null;
}

const digestOfHead = (): string => JSON.parse(truth['{}'] ?? '[]')[3] as string;

test('A snapshot that an api made is used, and nothing is reported', async () => {
  const { revision } = rows[0] ?? {};
  expect(Number(revision)).toBeGreaterThanOrEqual(500);
  expect(await served()).toEqual(truth);
  expect(faults).toEqual([]);
  // It is what the head is read from: no event before it is asked for.
  const asked: number[] = [];
  const readStream: EventStore['readStream'] = (stream, page) => {
    asked.push(page.from ?? 0);
    return store.readStream(stream, page);
  };
  expect(await core({ ...store, readStream }).read(idOf(FIRST), {})).toMatchObject({ kind: 'found' });
  expect(Math.min(...asked)).toBe(Number(revision));
});

describe('A snapshot of which somebody changed', () => {
  test.each([
    ['the body', `body = replace(body, '"mode ', '"forged ')`],
    ['the revision', `revision = revision - 1`],
    ['the hash', `hash = repeat('ab', 32)`],
    ['the time', `occurred_at = '2001-01-01T00:00:00.000Z'`],
    ['the mac', `mac = repeat('cd', 32)`],
    ['the mac into that of another snapshot', `mac = (SELECT mac FROM ${TABLE} WHERE stream = '${SECOND}')`],
    [
      'everything into that of another ledger',
      `(hash, occurred_at, body, mac) = (SELECT hash, occurred_at, body, mac FROM ${TABLE} WHERE stream = '${SECOND}')`,
    ],
  ])('%s is not used, and is reported', async (_, assignment) => {
    expect((await update(assignment)).rowCount).toBe(1);
    expect(await served()).toEqual(truth);
    expect(faults.map(String).join()).toMatch(
      /SnapshotForged: the snapshot of config-production.engine-0 at revision \d+ was not made by an api/,
    );
    expect(await signedDigest()).toBe(digestOfHead());
  });

  test.each([
    ['the mac away', `mac = NULL`],
    ['the version of the code', `code_version = code_version + 1`],
  ])('%s is not found', async (_, assignment) => {
    expect((await update(assignment)).rowCount).toBe(1);
    expect(await served()).toEqual(truth);
    expect(await signedDigest()).toBe(digestOfHead());
  });

  test('the ledger, to one whose events are others, is not used, and is reported', async () => {
    await pool.query(`DELETE FROM ${TABLE} WHERE stream = '${SECOND}'`);
    await update(`stream = '${SECOND}'`);
    const before = await servedBy(freshCore(store, honest), idOf(SECOND), [{}]);
    expect(await servedBy(core(), idOf(SECOND), [{}])).toEqual(before);
    expect(faults).toHaveLength(1);
  });

  test('a member of the body that no answer shows, is not used', async () => {
    const { body } = rows[0] ?? {};
    await pool.query(`UPDATE ${TABLE} SET body = $1 WHERE stream = '${FIRST}'`, [`${String(body).slice(0, -1)} ${String(body).at(-1)}`]);
    expect(await served()).toEqual(truth);
    expect(faults.length).toBeGreaterThan(0);
  });
});

test('A snapshot of a change set that was cut off since is not used', async () => {
  const events = await store.readStream(FIRST, { limit: 500 });
  const shorter = createInMemoryEventStore();
  await shorter.append(FIRST, -1, events.slice(0, 100));
  const restored = core(shorter);
  const truthThen = await servedBy(freshCore(shorter, honest), idOf(FIRST), [{}]);
  expect(await servedBy(restored, idOf(FIRST), [{}])).toEqual(truthThen);
});
