// The log in a real Postgres, altered by the owner of its tables: verified over HTTP and by the program, and its lost key replaced offline.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPool } from '@confledger/postgres';
import { eventually, freshDatabase, rehashed, type LogEvent } from '@confledger/test-support';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compose, type ComposeContext, type RunningApi } from './compose.js';
import { readConfig } from './config.js';
import { openKeys, keyFilesOf } from './keys.js';

const STREAM = 'config-production.engine';

let connectionString: string;
let directory: string;
let pool: ReturnType<typeof createPool>;
let children: ChildProcess[];

beforeEach(async () => {
  connectionString = await freshDatabase();
  directory = mkdtempSync(path.join(tmpdir(), 'confledger-verify-'));
  pool = createPool({ connectionString });
  children = [];
  await withApi(async (ask) => {
    await ask('PUT', '/configurations/engine', { configuration: { max: 1 }, activate: true });
    await ask('PUT', '/configurations/engine/max', { value: 2 });
    await ask('PUT', '/configurations/gateway', { configuration: { a: 1 } });
  });
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await pool.end();
  rmSync(directory, { recursive: true, force: true });
});

const fingerprintKey = () => path.join(directory, 'fingerprint.key');

type Ask = (method: string, address: string, body?: unknown) => Promise<string>;

/** An api on the data directory, for as long as `work` takes. */
async function withApi(work: (ask: Ask) => Promise<void>, context: ComposeContext = {}, logger = pino({ level: 'silent' })): Promise<void> {
  const config = readConfig({ CONFLEDGER_POSTGRES_URL: connectionString, CONFLEDGER_DATA_DIR: directory, PORT: '0' });
  const api: RunningApi = await compose(config, logger, context);
  try {
    const url = await api.listen();
    const token = readFileSync(path.join(directory, 'admin.token'), 'utf8').trim();
    await work(async (method, address, body) => {
      const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
      const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      return (await fetch(`${url}/api/v1${address}`, init)).text();
    });
  } finally {
    await api.close();
  }
}

interface Ended {
  readonly code: number | null;
  /** Standard output. */
  readonly printed: string;
  readonly said: string;
}

function program(name: 'verify' | 'rekey' | 'main', environment: Readonly<Record<string, string>> = {}, args: readonly string[] = []) {
  const file = fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, CONFLEDGER_POSTGRES_URL: connectionString, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let printed = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (printed += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, printed, said })));
  return { child, ended, printed: () => printed };
}

const keys = () => ({ CONFLEDGER_DATA_DIR: directory });

async function eventsIn(): Promise<LogEvent[]> {
  const { rows } = await pool.query<LogEvent & { position: string; revision: string }>(
    'SELECT position, stream, revision, id, type, data, metadata FROM confledger_events.events ORDER BY position',
  );
  return rows.map((row) => ({ ...row, position: BigInt(row.position), revision: Number(row.revision) }));
}

/** As the owner of the tables. */
async function put(events: readonly LogEvent[]): Promise<void> {
  await pool.query('ALTER TABLE confledger_events.events DISABLE TRIGGER ALL');
  await pool.query('DELETE FROM confledger_events.events');
  for (const { position, stream, revision, id, type, data, metadata } of events) {
    await pool.query(
      'INSERT INTO confledger_events.events (position, stream, revision, id, type, data, metadata) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [position.toString(), stream, revision, id, type, data, metadata],
    );
  }
}

/** The newest change of the engine, which was not activated, with all hashes computed anew. */
const altered = (events: readonly LogEvent[]): LogEvent[] =>
  rehashed(
    events.map((event) =>
      event.stream === STREAM && event.data.includes('"value":2') ? { ...event, data: '{"path":"max","value":9}' } : event,
    ),
    STREAM,
  );

test('a log that holds is verified with and without the keys, in words and in lines of JSON', { timeout: 120_000 }, async () => {
  const withKeys = await program('verify', keys()).ended;
  expect(withKeys).toMatchObject({
    code: 0,
    printed: expect.stringMatching(/with a mac and 0 without, 1 activation\.\nThe log holds\.\n$/),
  });
  expect(withKeys.printed).not.toContain('NOT');
  expect(withKeys.said).toMatch(/^checking events: position/);

  const publicKey = openKeys(keyFilesOf(directory)).publicKey;
  const without = await program('verify', { CONFLEDGER_PUBLIC_KEY: publicKey }, ['--json']).ended;
  const lines = without.printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect([without.code, lines.at(-1)]).toMatchObject([0, { kind: 'result', holds: true, macsChecked: false, publicKey, streamCount: 4 }]);
  expect(String(lines[0]?.['position'])).toContain(String(lines.at(-1)?.['installation']));
});

test(
  'what the owner of the tables altered, with hashes computed anew, is named over HTTP and by the program',
  { timeout: 120_000 },
  async () => {
    const events = await eventsIn();
    await put(altered(events));
    const [{ revision, position } = { revision: 0, position: 0n }] = events.filter(({ data }) => data.includes('"value":2'));

    await withApi(async (ask) => {
      const lines = (await ask('POST', '/verify'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines.filter(({ kind }) => kind === 'finding')).toMatchObject([{ stream: STREAM, revision }]);
      expect(lines.at(-1)).toMatchObject({ kind: 'result', holds: false, findingCount: 1 });
    });
    expect(await program('verify', keys()).ended).toMatchObject({
      code: 1,
      printed: expect.stringContaining(
        `${STREAM}: event ${revision} (position ${position}) does not hold: its mac is not one of this installation's apis.`,
      ),
    });
    // Nothing signed covers what was not activated: this is what the keys are for, and what is said.
    expect(await program('verify').ended).toMatchObject({ code: 0, printed: expect.stringContaining('Macs were NOT checked') });

    const [activation] = events.filter(({ type }) => type === 'VersionActivated');
    const other = events.map((event) =>
      event.data.includes('"value":1') && event.stream === STREAM ? { ...event, data: '{"path":"max","value":9}' } : event,
    );
    await put(rehashed(other, STREAM));
    expect(await program('verify').ended).toMatchObject({
      code: 1,
      printed: expect.stringContaining(
        `${STREAM}: event ${activation?.revision} (position ${activation?.position}) does not hold: its digest is not that of version`,
      ),
    });
  },
);

test('a start, and each program that uses a key file which others can read, warns of it once', { timeout: 120_000 }, async () => {
  chmodSync(fingerprintKey(), 0o644);
  const remedy = `chmod 600 ${fingerprintKey()}`;
  const logged: string[] = [];
  await withApi(() => Promise.resolve(), {}, pino({ level: 'warn' }, { write: (line) => void logged.push(line) }));
  expect(logged.filter((line) => line.includes(remedy))).toHaveLength(1);
  const verified = await program('verify', keys()).ended;
  expect(verified).toMatchObject({ code: 0, said: expect.stringContaining(remedy) });
  expect((await program('rekey', keys()).ended).said).toContain(remedy);
});

test('what cannot be verified ends with exit code 2 and one line', { timeout: 120_000 }, async () => {
  const wrong = connectionString.replace(/:\d+\//, ':1/');
  const [away, another, misspelt] = await Promise.all([
    program('verify', { CONFLEDGER_POSTGRES_URL: wrong }).ended,
    program('verify', { CONFLEDGER_FINGERPRINT_KEY_FILE: path.join(directory, 'nothing.key') }).ended,
    program('verify', {}, ['--jsn']).ended,
  ]);
  expect(away).toMatchObject({ code: 2, printed: '', said: expect.stringMatching(/^CONFLEDGER_POSTGRES_URL: .*\n$/) });
  expect(another).toMatchObject({ code: 2, said: expect.stringContaining('nothing.key is missing') });
  expect(misspelt).toMatchObject({ code: 2, said: expect.stringContaining('--json') });
  expect(away.said).not.toContain(new URL(connectionString).password || 'no password');
});

test('a lost fingerprint key is replaced: apis start with the new one, and what is older is sealed', { timeout: 120_000 }, async () => {
  rmSync(fingerprintKey());
  await expect(withApi(async () => undefined)).rejects.toThrow('is missing');
  expect(await program('rekey', keys()).ended).toMatchObject({ code: 0, printed: expect.stringContaining('The log holds.') });
  await withApi(async (ask) => {
    expect(await ask('PUT', '/configurations/engine/max', { value: 3, activate: 'all' })).toContain('"success":true');
    expect(await ask('POST', '/verify')).toContain('"holds":true');
  });
  expect(await program('verify', keys()).ended).toMatchObject({ code: 0 });
});

test('an api that runs while its key is replaced ends in one line', { timeout: 120_000 }, async () => {
  const api = program('main', { ...keys(), PORT: '0' });
  await eventually(() => api.printed().includes('"listening"'), { timeoutMs: 60_000 });
  expect((await program('rekey', keys()).ended).code).toBe(0);
  const events = (await eventsIn()).length;
  const { code, said } = await api.ended;
  expect(code).toBe(1);
  expect(said).toMatch(/^CONFLEDGER_FINGERPRINT_KEY_FILE: .* whose mac key is [0-9a-f]{16}; .*if rekey\.js replaced it, the new one\.\n$/);
  expect((await eventsIn()).length).toBe(events);
});

test('a key is not replaced over a log that does not hold, nor by who has not the signing key', { timeout: 120_000 }, async () => {
  const events = await eventsIn();
  const other = events.map((event) =>
    event.data.includes('"value":1') && event.stream === STREAM ? { ...event, data: '{"path":"max","value":9}' } : event,
  );
  await put(rehashed(other, STREAM));
  const key = readFileSync(fingerprintKey(), 'utf8');
  expect(await program('rekey', keys()).ended).toMatchObject({ code: 1, printed: expect.stringContaining(`${STREAM}: event`) });
  expect([readFileSync(fingerprintKey(), 'utf8'), (await eventsIn()).length]).toEqual([key, events.length]);

  await put(events);
  renameSync(path.join(directory, 'signing.key'), path.join(directory, 'signing.aside'));
  expect(await program('rekey', keys()).ended).toMatchObject({ code: 2, said: expect.stringContaining('Only the holder') });
  expect((await eventsIn()).length).toBe(events.length);
});

test('killed before the log names the new key, everything is as it was; done again, it is replaced', { timeout: 120_000 }, async () => {
  const old = readFileSync(fingerprintKey(), 'utf8');
  const before = (await eventsIn()).length;
  // Its append takes longer than it lives, and the server gives a statement up after some seconds.
  await pool.query('CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$');
  await pool.query('CREATE TRIGGER held BEFORE INSERT ON confledger_events.events FOR EACH STATEMENT EXECUTE FUNCTION held()');
  const { child, ended, printed } = program('rekey', keys());
  await eventually(() => printed().includes('Naming the mac key'), { timeoutMs: 60_000 });
  child.kill('SIGKILL');
  await ended;
  const drop = () =>
    pool.query('DROP TRIGGER held ON confledger_events.events').then(
      () => true,
      () => false,
    );
  await eventually(drop, { timeoutMs: 30_000 });
  expect((await eventsIn()).length).toBe(before);
  expect([readFileSync(fingerprintKey(), 'utf8'), existsSync(`${fingerprintKey()}.next`)]).toEqual([old, true]);
  await withApi(async (ask) => expect(await ask('POST', '/verify')).toContain('"holds":true'));
  expect((await program('rekey', keys()).ended).code).toBe(0);
  expect(readFileSync(fingerprintKey(), 'utf8')).not.toBe(old);
  await withApi(async (ask) => expect(await ask('POST', '/verify')).toContain('"holds":true'));
});

test(
  'killed after the log has named it, no start is possible until it is done again, which puts the file in place',
  { timeout: 120_000 },
  async () => {
    const kept = path.join(directory, 'kept');
    copyFileSync(fingerprintKey(), kept);
    expect((await program('rekey', keys()).ended).code).toBe(0);
    const newKey = readFileSync(fingerprintKey(), 'utf8');
    // What a kill between the event and the file leaves behind.
    renameSync(fingerprintKey(), `${fingerprintKey()}.next`);
    renameSync(kept, fingerprintKey());
    for (const file of readdirSync(directory)) if (file.includes('.before-')) rmSync(path.join(directory, file));
    await expect(withApi(async () => undefined)).rejects.toThrow('mac key');

    const events = (await eventsIn()).length;
    expect(await program('rekey', keys()).ended).toMatchObject({ code: 0, printed: expect.stringContaining('An earlier run is finished') });
    expect([readFileSync(fingerprintKey(), 'utf8'), (await eventsIn()).length]).toEqual([newKey, events]);
    await withApi(async (ask) => expect(await ask('POST', '/verify')).toContain('"holds":true'));
    const aside = readdirSync(directory).filter((file) => file.includes('.before-'));
    expect(aside).toHaveLength(1);
  },
);
