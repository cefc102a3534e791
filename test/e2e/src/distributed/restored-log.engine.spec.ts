// The log is set back to a backup under everything that uses it: no part goes on as if nothing had happened, all go on by themselves when
// the right log is back, and where the backup is true, the steps of the operations page make everything else fit it.
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EventLog } from '@confledger/doubles';
import { eventually } from '@confledger/test-support';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { expect } from 'vitest';
import { test } from './distributed-test.js';
import type { Installation } from './installation.js';
import { Operator } from './operator.js';
import { recordsOf } from './topic-records.js';

const LONG = { timeoutMs: 60_000 };
const SERVICE = 'trading-engine';
const DOCUMENT = `/configurations/${SERVICE}`;

/** Loses everything behind a position, and answers what brings it back. */
type Lose = (position: bigint) => Promise<() => Promise<void>>;

/** Rows are taken out and put back; the connections of the parts stay. */
function onPostgres(databaseUrl: string): Lose {
  const run = async (sql: (events: string) => string, values: unknown[] = []): Promise<void> => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ schema: string }>(
        "SELECT table_schema AS schema FROM information_schema.tables WHERE table_name = 'events'",
      );
      const events = `"${rows[0]?.schema}".events`;
      await client.query(`ALTER TABLE ${events} DISABLE TRIGGER events_append_only`);
      await client.query(sql(events), values);
      await client.query(`ALTER TABLE ${events} ENABLE ALWAYS TRIGGER events_append_only`);
    } finally {
      await client.end();
    }
  };
  return async (position) => {
    await run((events) => `CREATE TABLE IF NOT EXISTS lost AS SELECT * FROM ${events} WHERE false`);
    await run(
      (events) => `WITH gone AS (DELETE FROM ${events} WHERE position > $1 RETURNING *) INSERT INTO lost SELECT * FROM gone`,
      [String(position)],
    );
    return async () => {
      await run((events) => `INSERT INTO ${events} SELECT * FROM lost`);
      await run(() => 'DROP TABLE lost');
    };
  };
}

/** The server is restarted with an older log, and with the whole one again. */
function onEventStoreDb({ double }: Installation['store']): Lose {
  return async (position) => {
    if (double === null) throw new Error('there is no double');
    const whole = [...double.log.events];
    await double.setBackTo(position);
    return async () => {
      const log = new EventLog();
      for (const event of whole) log.append(event.stream, 'any', [event]);
      await double.replaceLog(log);
    };
  };
}

async function rebuild(environment: Readonly<Record<string, string>>): Promise<unknown> {
  const { PATH = '', HOME = '' } = process.env;
  const script = fileURLToPath(new URL('../../../../services/projector/dist/rebuild.js', import.meta.url));
  const [code] = await once(spawn(process.execPath, [script], { env: { PATH, HOME, ...environment }, stdio: 'ignore' }), 'exit');
  return code;
}

async function deleteTopics({ kafka, activeTopic, changesTopic }: Installation): Promise<void> {
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [activeTopic, changesTopic] });
  await admin.disconnect();
}

const STORES = ['postgres', 'eventstoredb'] as const;

test.for(STORES)(
  'on %s, a log that was set back is refused by every part until a person decides',
  { timeout: 300_000 },
  async (kind, { start, skip }) => {
    const installation = await start({ store: kind, follow: [SERVICE] });
    const { store, databaseUrl, apis, projectors, relays, followers, environment, kafka, activeTopic, changesTopic } = installation;
    if (kind === 'eventstoredb' && store.double === null) return skip('the log of CONFLEDGER_TEST_EVENTSTORE_URL is not ours to set back');
    const [projector, relay, follower] = [projectors[0], relays[0], followers[0]];
    if (projector === undefined || relay === undefined || follower === undefined) throw new Error('a part is missing');
    const operator = new Operator(() => installation.caller());
    const activate = (value: number) => operator.command('PUT', SERVICE, '/a', { value, activate: true });
    const call = async (method: string, place: string, body?: unknown) => (await installation.caller().call(method, place, body)).body;
    const standing = async () => ((await call('GET', '/status')).data as { log?: { state: string } }).log?.state;
    const atRest = async () =>
      (await projector.health())?.lag === '0' && (await relay.health())?.lag === '0' && (await relay.health('changes'))?.lag === '0';
    const records = async () => [
      (await recordsOf(kafka.brokers, activeTopic)).length,
      (await recordsOf(kafka.brokers, changesTopic)).length,
    ];
    const lose = kind === 'postgres' ? onPostgres(databaseUrl) : onEventStoreDb(store);

    let newest = await activate(1);
    const backup = await store.events.lastPosition();
    for (let value = 2; value < 8; value += 1) newest = await activate(value);
    await eventually(async () => (await atRest()) && follower.now()?.version === newest, LONG);
    const restore = await lose(backup);

    await eventually(async () => (await standing()) === 'set back', LONG);
    expect((await call('PUT', `${DOCUMENT}/a`, { value: 9 })).code).toBe('LOG_SET_BACK');
    expect((await call('GET', DOCUMENT)).code).toBe('LOG_SET_BACK');
    expect((await call('GET', `${DOCUMENT}?consistency=local`)).data).toMatchObject({ configuration: { a: 7 } });
    for (const part of [projector, relay]) {
      await eventually(async () => (await part.metric('log_set_back')) === 1, LONG);
      expect(await part.probe('/health')).toBe(503);
    }
    const before = await records();
    await eventually(() => follower.now()?.state === 'stale', LONG);
    expect(follower.now()?.version).toBe(newest);
    expect(await records()).toEqual(before);

    // It was the wrong backup: nothing is restarted.
    await restore();
    await eventually(async () => (await standing()) === 'held', LONG);
    const restored = await activate(8);
    await eventually(async () => (await atRest()) && follower.now()?.state === 'ready' && follower.now()?.version === restored, LONG);

    // It is the true one: the steps of the operations page.
    await lose(backup);
    await eventually(async () => (await standing()) === 'set back', LONG);
    const id = ((await call('GET', '/status')).data as { installation?: string }).installation ?? '';
    await follower.kill();
    for (const part of [relay, projector, ...apis]) await part.stop();
    expect(await rebuild(environment)).toBe(0);
    await deleteTopics(installation);
    rmSync(follower.cacheFile, { force: true });
    await installation.addPart('api', { CONFLEDGER_ACCEPT_LOG: id });
    await Promise.all([projector.start(), relay.start()]);
    follower.launch();
    await eventually(async () => (await atRest()) && follower.now()?.state === 'ready', LONG);
    expect((await call('GET', DOCUMENT)).data).toMatchObject({ configuration: { a: 1 } });
    const version = await activate(10);
    await eventually(() => follower.now()?.version === version, LONG);
    const events = await store.events.readAll({ after: 0n, limit: 1_000 });
    await eventually(async () => (await recordsOf(kafka.brokers, changesTopic)).length === events.length, LONG);
    // The read model follows by itself, a moment later.
    const listed = async () =>
      (await call('GET', '/configurations')).data as unknown as { items: { service: string; version: number; active: number }[] };
    await eventually(async () => (await listed()).items[0]?.active === version, LONG);
    expect(await listed()).toMatchObject({ items: [{ service: SERVICE, version, active: version }] });
  },
);
