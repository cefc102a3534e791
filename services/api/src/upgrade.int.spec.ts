// An installation of before macs whose apis are upgraded, on a real Postgres: what starts, what is refused, and by which name.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLedgerReader, InstallationRecord, toAppend, type EventStore, type Keys, type StoredEvent } from '@confledger/application';
import { LedgerLog, olderInstallation } from '@confledger/conformance';
import { INSTALLATION_STREAM, ledgerAggregate, LedgerId, recordEach, signedBy, type SealedEnd } from '@confledger/domain';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { createPool } from '@confledger/postgres';
import { eventually, freshDatabase } from '@confledger/test-support';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compose, type RunningApi } from './compose.js';
import { readConfig } from './config.js';
import { keyFilesOf, makeKeys } from './keys.js';
import { startProblem } from './start-problems.js';

const LEDGER = LedgerId.of('production', 'engine');
const OTHER = LedgerId.of('production', 'other');

let root: string;
let directory: string;
let postgresUrl: string;
let keys: Keys;
let store: EventStore;
let pool: ReturnType<typeof createPool>;
let installation: string;
let lines: string[];
let apis: RunningApi[];

/** An installation as a release before macs left it: two ledgers, no mac anywhere. */
beforeEach(async () => {
  [lines, apis] = [[], []];
  root = mkdtempSync(path.join(tmpdir(), 'confledger-upgrade-'));
  directory = path.join(root, 'one');
  cpSync(mkdtempSync(path.join(root, 'empty-')), directory, { recursive: true });
  postgresUrl = await freshDatabase();
  keys = makeKeys(keyFilesOf(directory));
  await migrateEventStore({ connectionString: postgresUrl });
  store = createPostgresEventStore({ connectionString: postgresUrl });
  pool = createPool({ connectionString: postgresUrl });
  installation = await olderInstallation(store, keys);
  const log = new LedgerLog();
  for (const { text } of [LEDGER, OTHER]) log.change(text, { 'risk.limit': 1, 'risk.mode': 'open' });
  await log.appendTo(store);
});
afterEach(async () => {
  for (const api of apis.toReversed()) await api.close();
  await store.close();
  await pool.end();
  rmSync(root, { recursive: true, force: true });
});

const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });

async function start(dataDirectory = directory, environment: Record<string, string> = {}): Promise<string> {
  const variables = { CONFLEDGER_POSTGRES_URL: postgresUrl, CONFLEDGER_DATA_DIR: dataDirectory, PORT: '0', ...environment };
  const api = await compose(readConfig(variables), logger);
  apis.push(api);
  return api.listen();
}

/** What the start of an api is refused with, in the sentence that its user reads. */
async function refusal(dataDirectory = directory): Promise<string | null> {
  const error: unknown = await start(dataDirectory).then(
    () => null,
    (reason: unknown) => reason,
  );
  return startProblem(error, (key) => (key === 'signing key' ? 'signing.key' : 'fingerprint.key'));
}

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly configuration: unknown;
}

async function ask(url: string, method: string, address: string, body?: object): Promise<Answer> {
  const token = readFileSync(path.join(directory, 'admin.token'), 'utf8').trim();
  const response = await fetch(`${url}/api/v1/configurations/${address}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as { error?: { code?: string }; code?: string; data?: { configuration?: unknown } };
  return { status: response.status, code: answer.code ?? answer.error?.code, configuration: answer.data?.configuration };
}

const eventsOf = (stream: string): Promise<readonly StoredEvent[]> => store.readStream(stream, { limit: 100 });
const hasMac = ({ metadata }: StoredEvent): boolean => 'mac' in (JSON.parse(metadata) as object);

/** A change as an api of before macs writes it. */
async function writtenByAnOlderApi(id: LedgerId, value: number): Promise<void> {
  const { stream } = await createLedgerReader({ store }).end(id);
  const envelope = {
    actor: { id: 'alice', method: 'token', roles: [] },
    reason: null,
    commandId: randomUUID(),
    fingerprint: '00',
    correlationId: 'older',
    causationId: null,
    traceparent: null,
    changeSetId: randomUUID(),
    now: Date.now(),
  };
  const tools = { finish: signedBy(() => ({ keyId: 'k', signature: 's' })), macOf: null, schemaVersionOf: ledgerAggregate.schemaVersionOf };
  const recorded = [...recordEach(stream, [{ type: 'ConfigSet', data: { path: 'risk.limit', value } }], envelope, tools)];
  await store.append(id.stream, stream.revision, recorded.map(toAppend));
}

/** Seals both ledgers where they end now. */
async function seal(): Promise<void> {
  const clock = { now: () => Date.now() };
  const record = new InstallationRecord({ store, signer: keys, ids: { next: () => randomUUID() }, clock });
  await record.ensure();
  const ends = await Promise.all(
    [LEDGER, OTHER].map(async ({ stream }): Promise<SealedEnd> => {
      const last = (await eventsOf(stream)).at(-1);
      return [stream, last?.revision ?? 0, String((JSON.parse(last?.metadata ?? '{}') as { hash?: unknown }).hash)];
    }),
  );
  const actor = { id: 'confledger', method: 'internal', roles: [] };
  await record.sealStreams({ ends, again: false }, { actor, reason: 'sealed', request: 'seal', correlationId: 'seal', guards: null });
}

/** As an owner of the tables cuts a stream. */
async function cut(stream: string, from: number): Promise<void> {
  await pool.query('ALTER TABLE confledger_events.events DISABLE TRIGGER events_append_only');
  await pool.query('DELETE FROM confledger_events.events WHERE stream = $1 AND revision >= $2', [stream, from]);
  await pool.query('ALTER TABLE confledger_events.events ENABLE ALWAYS TRIGGER events_append_only');
}

describe('An installation of before macs', () => {
  test('is started by a new api, which names its mac key, serves what is there, and writes macs', async () => {
    const url = await start();
    expect(await ask(url, 'GET', 'engine')).toMatchObject({ status: 200, configuration: { risk: { limit: 1, mode: 'open' } } });
    expect((await ask(url, 'PUT', 'engine/risk.mode', { value: 'closed' })).status).toBe(200);
    expect((await eventsOf(INSTALLATION_STREAM)).map(({ type }) => type)).toEqual(['InstallationCreated', 'MacKeySet']);
    const events = await eventsOf(LEDGER.stream);
    expect(events.map(hasMac)).toEqual([...events.slice(1).map(() => false), true]);
  });

  test('takes, while it is not sealed, what an older api writes beside and behind the new one', async () => {
    const url = await start();
    await ask(url, 'PUT', 'engine/risk.mode', { value: 'closed' });
    await writtenByAnOlderApi(LEDGER, 2);
    const expected = { status: 200, configuration: { risk: { limit: 2, mode: 'closed' } } };
    expect(await ask(url, 'GET', 'engine')).toMatchObject(expected);
    expect(await ask(await start(), 'GET', 'engine')).toMatchObject(expected);
    expect((await ask(url, 'PUT', 'engine/risk.mode', { value: 'open' })).status).toBe(200);
    await writtenByAnOlderApi(LEDGER, 3);
    expect(await ask(await start(), 'GET', 'engine')).toMatchObject({ configuration: { risk: { limit: 3, mode: 'open' } } });
  });

  test('refuses, once it is sealed, what has no mac behind the seal, in that ledger alone, and names the event', async () => {
    const before = await start();
    await ask(before, 'PUT', 'engine/risk.mode', { value: 'closed' });
    await writtenByAnOlderApi(LEDGER, 2);
    await seal();
    const sealed = await start();
    expect(await ask(sealed, 'GET', 'engine')).toMatchObject({ status: 200, configuration: { risk: { limit: 2, mode: 'closed' } } });
    expect((await ask(sealed, 'PUT', 'engine/risk.mode', { value: 'open' })).status).toBe(200);
    await writtenByAnOlderApi(LEDGER, 3);
    const { revision = 0 } = (await eventsOf(LEDGER.stream)).at(-1) ?? {};
    for (const url of [sealed, await start()]) {
      expect(await ask(url, 'GET', 'engine')).toMatchObject({ status: 500, code: 'STREAM_BROKEN' });
      expect(await ask(url, 'PUT', 'engine/risk.mode', { value: 'x' })).toMatchObject({ status: 500, code: 'STREAM_BROKEN' });
      expect(await ask(url, 'GET', 'other')).toMatchObject({ status: 200 });
    }
    expect(lines.filter((line) => line.includes('ALARM')).join()).toContain(`event ${revision} of ${LEDGER.stream}`);
    expect((await eventsOf(LEDGER.stream)).at(-1)?.revision).toBe(revision);
  });

  test('refuses an event that was altered before the seal', async () => {
    await start();
    await seal();
    await pool.query('ALTER TABLE confledger_events.events DISABLE TRIGGER events_append_only');
    await pool.query(`UPDATE confledger_events.events SET data = replace(data, '"value":1', '"value":9') WHERE stream = $1`, [
      LEDGER.stream,
    ]);
    const url = await start();
    expect(await ask(url, 'GET', 'engine')).toMatchObject({ status: 500, code: 'STREAM_BROKEN' });
    expect(await ask(url, 'GET', 'other')).toMatchObject({ status: 200 });
  });
});

describe('A second api', () => {
  const second = (): string => path.join(root, 'two');

  test.each([
    ['fingerprint.key', 'fingerprint key'],
    ['signing.key', 'signing key'],
  ])('without the file %s is refused by its name, and makes no key', async (file, key) => {
    await start();
    cpSync(directory, second(), { recursive: true });
    rmSync(path.join(second(), file));
    expect(await refusal(second())).toBe(
      `${path.join(second(), file)} is missing, and the event store holds an installation already. Put the installation's ${key} back from a backup.`,
    );
    expect(() => readFileSync(path.join(second(), file))).toThrow('ENOENT');
  });

  test.each([
    ['fingerprint.key', 'fingerprint key'],
    ['signing.key', 'signing key'],
  ])('with another %s is refused by its name, and writes nothing', async (file, key) => {
    await start();
    const events = await eventsOf(INSTALLATION_STREAM);
    cpSync(directory, second(), { recursive: true });
    const stranger = path.join(root, 'stranger');
    cpSync(mkdtempSync(path.join(root, 'empty-')), stranger, { recursive: true });
    makeKeys(keyFilesOf(stranger));
    cpSync(path.join(stranger, file), path.join(second(), file));
    expect(await refusal(second())).toMatch(
      new RegExp(`^${file}: the event store belongs to installation ${installation}.* Put the installation's ${key} there`),
    );
    expect(await eventsOf(INSTALLATION_STREAM)).toEqual(events);
  });
});

describe('A seal that was cut off the stream of the installation', () => {
  const keptSeal = (): string => readFileSync(path.join(directory, 'log.seal'), 'utf8');

  beforeEach(async () => {
    await start();
    await seal();
    // The newest that is acknowledged is another event, so that the log counts as one that was not set back.
    await ask(await start(), 'PUT', 'other/risk.mode', { value: 'closed' });
    await eventually(() => keptSeal().includes('"revision":2'));
    for (const api of apis.splice(0)) await api.close();
    await cut(INSTALLATION_STREAM, 2);
  });

  test('refuses the start, with the remedy', async () => {
    expect(await refusal()).toBe(
      'the stream installation does not hold the seal at revision 2 that was seen before. The event store was set back or cut: restore it. ' +
        'If that is the log to go on with, start once with CONFLEDGER_ACCEPT_LOG.',
    );
  });

  test('is forgotten by one start with CONFLEDGER_ACCEPT_LOG, and the next one needs it no more', async () => {
    expect(await ask(await start(directory, { CONFLEDGER_ACCEPT_LOG: installation }), 'GET', 'engine')).toMatchObject({ status: 200 });
    for (const api of apis.splice(0)) await api.close();
    expect(await ask(await start(), 'GET', 'engine')).toMatchObject({ status: 200 });
  });

  test('is not known to an api that has seen none', async () => {
    rmSync(path.join(directory, 'log.seal'));
    expect(await ask(await start(), 'GET', 'engine')).toMatchObject({ status: 200 });
  });
});
