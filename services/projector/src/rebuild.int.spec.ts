// The rebuild by hand as a process, on a real Postgres, beside a projector that goes on.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { LedgerLog } from '@confledger/conformance';
import { createPostgresEventStore } from '@confledger/event-store-postgres';
import { createPool, tryAdvisoryLock } from '@confledger/postgres';
import { createPostgresReadModel } from '@confledger/read-model-postgres';
import { eventually, freshDatabase } from '@confledger/test-support';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compose } from './compose.js';
import { readConfig } from './config.js';

const ENGINE = 'production.trading-engine';

let connectionString: string;
let cleaners: (() => Promise<unknown>)[];

beforeEach(async () => {
  connectionString = await freshDatabase();
  cleaners = [];
});
afterEach(async () => {
  for (const clean of cleaners.toReversed()) await clean();
});

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

function runRebuild(): Promise<Ended> {
  const file = fileURLToPath(new URL('../dist/rebuild.js', import.meta.url));
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, CONFLEDGER_POSTGRES_URL: connectionString },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => void (said += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}

test('a damaged read model says again what the log says, and the projector beside goes on with it', async () => {
  const { close } = await compose(readConfig({ CONFLEDGER_POSTGRES_URL: connectionString, PORT: '0' }), pino({ level: 'silent' }));
  const store = createPostgresEventStore({ connectionString });
  const readModel = createPostgresReadModel({ connectionString });
  const pool = createPool({ connectionString });
  cleaners.push(
    close,
    () => store.close(),
    () => readModel.close(),
    () => pool.end(),
  );
  const log = new LedgerLog();
  log.change(ENGINE, { 'risk.max': 1 });
  await log.appendTo(store);
  expect(await readModel.waitFor(await store.lastPosition(), 20_000)).toBe(true);
  const actors = async () => (await readModel.audit({}, { limit: 10 })).items.map(({ actor }) => actor);
  const right = await actors();
  await pool.query(`UPDATE confledger_read_1.audit SET actor = 'mallory'`);
  expect(await actors()).not.toEqual(right);

  const { code, said } = await runRebuild();
  expect([code, said]).toEqual([0, expect.stringContaining('the read model is rebuilt and serves')]);
  expect(said).not.toContain(new URL(connectionString).password);
  expect(await actors()).toEqual(right);

  const appended = log.stored.length;
  log.change(ENGINE, { 'risk.max': 2 });
  await log.appendTo(store, appended);
  expect(await readModel.waitFor(await store.lastPosition(), 20_000)).toBe(true);
  expect((await readModel.audit({}, { limit: 1 })).items).toMatchObject([{ after: 2 }]);
});

test('while another one is under way it is refused in one line', async () => {
  const lock = await tryAdvisoryLock({ connectionString }, 'rebuild confledger');
  cleaners.push(async () => lock?.release());
  const { code, said } = await runRebuild();
  expect(code).toBe(1);
  expect(said.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([
    'The read model is being rebuilt by another process. Wait for it.',
  ]);
});

test('tables that an older release laid out are rebuilt before the projector begins', async () => {
  const config = readConfig({ CONFLEDGER_POSTGRES_URL: connectionString, PORT: '0' });
  const before = await compose(config, pino({ level: 'silent' }));
  const store = createPostgresEventStore({ connectionString });
  const pool = createPool({ connectionString });
  cleaners.push(
    () => store.close(),
    () => pool.end(),
  );
  const log = new LedgerLog();
  log.change(ENGINE, { 'risk.max': 1 });
  await log.appendTo(store);
  await before.close();
  await pool.query('UPDATE confledger.read_model SET layout = 0');

  const { close } = await compose(config, pino({ level: 'silent' }));
  cleaners.push(close);
  const readModel = createPostgresReadModel({ connectionString });
  cleaners.push(() => readModel.close());
  expect(await readModel.waitFor(await store.lastPosition(), 20_000)).toBe(true);
  const { rows } = await pool.query(`SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'confledger_read_')`);
  expect(rows).toEqual([{ nspname: 'confledger_read_2' }]);
});

test('while another process rebuilds tables of an older release, a projector waits for it and then begins', async () => {
  const config = readConfig({ CONFLEDGER_POSTGRES_URL: connectionString, PORT: '0' });
  await (await compose(config, pino({ level: 'silent' }))).close();
  const pool = createPool({ connectionString });
  cleaners.push(() => pool.end());
  await pool.query('UPDATE confledger.read_model SET layout = 0');
  const lock = await tryAdvisoryLock({ connectionString }, 'rebuild confledger');

  const states: string[] = [];
  const { close } = await compose(config, pino({ level: 'silent' }), { onEvent: ({ kind }) => states.push(kind) });
  cleaners.push(close);
  await eventually(() => states.includes('failed'));
  expect(states).not.toContain('active');
  await lock?.release();
  await eventually(() => states.includes('active'));
});
