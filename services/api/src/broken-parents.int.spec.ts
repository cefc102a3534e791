// A parent of which somebody altered one byte, on a real Postgres: an api that starts then serves its children, rolls them back and writes to
// them, from the documents that apis before it kept. What needs the parent itself is refused by the name of its stream.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPool } from '@confledger/postgres';
import { eventually, freshDatabase } from '@confledger/test-support';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compose, type RunningApi } from './compose.js';
import { readConfig } from './config.js';

const BASE = 'config-base.engine';
const ENGINE = '/configurations/engine';

let directory: string;
let postgresUrl: string;
let lines: string[];
let api: RunningApi | null;
let pool: ReturnType<typeof createPool>;

beforeEach(async () => {
  [lines, api] = [[], null];
  directory = mkdtempSync(path.join(tmpdir(), 'confledger-broken-parents-'));
  postgresUrl = await freshDatabase();
  pool = createPool({ connectionString: postgresUrl });
});
afterEach(async () => {
  await api?.close();
  await pool.end();
  rmSync(directory, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly error?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Starts an api; it takes the place of the one before, which it knows nothing of. */
async function start(): Promise<(call: string, body?: object) => Promise<Answer>> {
  await api?.close();
  const variables = { CONFLEDGER_POSTGRES_URL: postgresUrl, CONFLEDGER_DATA_DIR: directory, PORT: '0' };
  api = await compose(readConfig(variables), pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }));
  const url = await api.listen();
  const token = readFileSync(path.join(directory, 'admin.token'), 'utf8').trim();
  return async (call, body) => {
    const [method = 'GET', address = ''] = call.split(' ');
    const response = await fetch(`${url}/api/v1${address}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Partial<Answer>;
    return { status: response.status, data: {}, ...answer };
  };
}

const stored = async (): Promise<string[]> => {
  const { rows } = await pool.query<{ ledger: string }>('SELECT ledger FROM confledger.layer_documents ORDER BY 1');
  return rows.map(({ ledger }) => ledger);
};

/** Production ran over base with limit 1, runs over base with limit 2, and has a value that is not live. */
async function given(): Promise<void> {
  const ask = await start();
  const put = (environment: string, configuration: object, activate: boolean) =>
    ask(`PUT ${ENGINE}?environment=${environment}`, { configuration, activate, changeReason: 'for the test' });
  const answers = [
    await ask('PUT /environments/base', { type: 'testing' }),
    await ask('PUT /environments/production', { type: 'production', inheritsFrom: ['base'] }),
    await put('base', { limit: 1, venue: 'a' }, true),
    await put('production', { own: 1 }, true),
    await put('base', { limit: 2, venue: 'a' }, true),
    await ask(`POST ${ENGINE}/activate`, {}),
    await put('production', { own: 2 }, false),
  ];
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  for (const version of ['active', 'previous']) await ask(`GET ${ENGINE}?version=${version}`);
  await eventually(async () => (await stored()).join() === 'base.engine,base.engine,production.engine,production.engine');
}

/** One byte of the first value of base. */
async function breakBase(): Promise<void> {
  await pool.query('ALTER TABLE confledger_events.events DISABLE TRIGGER events_append_only');
  const { rowCount } = await pool.query(
    `UPDATE confledger_events.events SET data = replace(data, '"value":1', '"value":7') WHERE stream = $1 AND revision = 1`,
    [BASE],
  );
  expect(rowCount).toBe(1);
}

test('An api that starts where a parent is broken serves its child, rolls it back, and takes writes and what is pending live', async () => {
  await given();
  await breakBase();
  const ask = await start();
  expect((await ask(`GET ${ENGINE}?version=active`)).data).toMatchObject({ configuration: { own: 1, venue: 'a', limit: 2 } });
  expect((await ask(`GET ${ENGINE}?version=previous`)).data).toMatchObject({ configuration: { own: 1, venue: 'a', limit: 1 } });

  const rolledBack = await ask(`POST ${ENGINE}/versions/previous/rollback`, {});
  expect(rolledBack).toMatchObject({ status: 200, data: { inherited: null } });
  expect((await ask(`GET ${ENGINE}?version=active`)).data).toMatchObject({ configuration: { own: 1, venue: 'a', limit: 1 } });

  expect((await ask(`PUT ${ENGINE}/own`, { value: 3, activate: true })).status).toBe(200);
  expect((await ask(`PUT ${ENGINE}/own`, { value: 4 })).status).toBe(200);
  expect((await ask(`POST ${ENGINE}/activate?layers=kept`, {})).status).toBe(200);
  expect((await ask(`GET ${ENGINE}?version=active`)).data).toMatchObject({ configuration: { own: 4, venue: 'a', limit: 1 } });

  for (const refused of [await ask(`POST ${ENGINE}/activate`, {}), await ask(`GET ${ENGINE}?environment=base`)]) {
    expect(refused).toMatchObject({ status: 500, code: 'STREAM_BROKEN' });
    expect(refused.error).toContain(BASE);
  }
  expect((await ask('GET /status')).data['brokenStreams']).toMatchObject([{ stream: BASE, code: 'STREAM_BROKEN' }]);
});

test('Where the kept documents are gone too, what needs the parent is refused by the name of its stream', async () => {
  await given();
  await breakBase();
  await pool.query('DELETE FROM confledger.layer_documents');
  const ask = await start();
  for (const call of [`GET ${ENGINE}?version=active`, `POST ${ENGINE}/versions/previous/rollback`]) {
    const refused = await ask(call, call.startsWith('POST') ? {} : undefined);
    expect(refused).toMatchObject({ status: 500, code: 'STREAM_BROKEN' });
    expect(refused.error).toContain(BASE);
  }
  expect((await ask(`GET ${ENGINE}`)).data).toMatchObject({ configuration: { own: 2 } });
});

test('A kept document that somebody altered is reported and not used, and is put right', async () => {
  await given();
  const { rowCount } = await pool.query(`UPDATE confledger.layer_documents SET body = replace(body, '"a"', '"b"')`);
  expect(rowCount).toBe(4);
  const ask = await start();
  expect((await ask(`GET ${ENGINE}?version=active`)).data).toMatchObject({ configuration: { own: 1, venue: 'a', limit: 2 } });
  expect(lines.join()).toContain('StoredDocumentUnfit');
  const genuine = `SELECT 1 FROM confledger.layer_documents WHERE ledger = 'production.engine' AND body LIKE '%"a"%'`;
  await eventually(async () => (await pool.query(genuine)).rowCount === 1);
});
