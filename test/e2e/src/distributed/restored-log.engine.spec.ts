// The log is set back to a backup under everything that follows it: nobody goes on as if nothing had happened, and what is derived can be made anew.
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually, startKafka, type TestKafka } from '@confledger/test-support';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Installation } from './installation.js';
import { Operator } from './operator.js';
import { recordsOf } from './topic-records.js';

const LONG = { timeoutMs: 60_000 };

let kafka: TestKafka;
let installation: Installation | undefined;

beforeAll(async () => void (kafka = await startKafka()), 300_000);
afterAll(() => kafka.stop());
afterEach(async () => {
  await installation?.close();
  installation = undefined;
});

/** As a restored backup does it; the read model beside it stays. */
async function cutLog(databaseUrl: string, last: bigint): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ schema: string }>("SELECT table_schema AS schema FROM information_schema.tables WHERE table_name = 'events'");
    const events = `"${rows[0]?.schema}".events`;
    await client.query(`ALTER TABLE ${events} DISABLE TRIGGER events_append_only`);
    await client.query(`DELETE FROM ${events} WHERE position > $1`, [String(last)]);
    await client.query(`ALTER TABLE ${events} ENABLE ALWAYS TRIGGER events_append_only`);
  } finally {
    await client.end();
  }
}

/** Runs the rebuild to its end, as an operator does; answers its exit code. */
async function rebuild(environment: Readonly<Record<string, string>>): Promise<unknown> {
  const { PATH = '', HOME = '' } = process.env;
  const script = fileURLToPath(new URL('../../../../services/projector/dist/rebuild.js', import.meta.url));
  const [code] = await once(spawn(process.execPath, [script], { env: { PATH, HOME, ...environment }, stdio: 'ignore' }), 'exit');
  return code;
}

test('when the log is set back, changes are published again, relay and projector say so, and a rebuild makes the read model right', { timeout: 180_000 }, async () => {
  const started = (installation = await Installation.start({ kafka, store: 'postgres' }));
  const { store, databaseUrl, changesTopic, environment } = started;
  const [projector, relay] = [await started.active('projector'), await started.active('relay')];
  const operator = new Operator(() => started.caller());
  const activate = (value: number) => operator.command('PUT', 'trading-engine', '/a', { value, activate: true });
  const kept = await activate(1);
  const backup = await store.events.lastPosition();
  for (let value = 2; value < 20; value += 1) await activate(value);
  await eventually(async () => (await projector.health())?.lag === '0' && (await relay.health())?.lag === '0' && (await relay.health('changes'))?.lag === '0', LONG);
  const [position, published] = [await store.events.lastPosition(), (await recordsOf(kafka.brokers, changesTopic)).length];
  await cutLog(databaseUrl, backup);

  const told = `stands at position ${position}, but the log ends at ${backup}: it has been set back`;
  await eventually(() => projector.printedNow().includes(`the read model, which has to be rebuilt, ${told}`), LONG);
  await eventually(() => relay.printedNow().includes(`the feed ${told}`) && relay.printedNow().includes('"alarm":"ahead"'), LONG);
  await eventually(async () => (await projector.health())?.status === 503, LONG);
  await eventually(async () => (await recordsOf(kafka.brokers, changesTopic)).length >= published + Number(backup), LONG);

  expect(await rebuild(environment)).toBe(0);
  await eventually(async () => (await projector.health())?.status === 200, LONG);
  const { body } = await started.caller().call('GET', '/configurations');
  expect(body.data).toMatchObject({ items: [{ service: 'trading-engine', latest: kept, active: kept }] });
});
