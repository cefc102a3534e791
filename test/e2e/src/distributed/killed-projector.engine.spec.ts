// A projector killed at every place of a batch, which is one statement: before it arrives, while it is carried out, and behind it. The standby takes over in
// seconds, commands and nodes do not notice, and each event has taken effect exactly once.
import { eventually, sharedKafka, type SharedKafka } from '@confledger/test-support';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Installation } from './installation.js';
import { type Load, startLoad } from './load.js';
import { Operator } from './operator.js';
import { storyProblems, type ToldClient } from './story.js';

const SERVICES = ['trading-engine', 'risk-gateway'];
const LONG = { timeoutMs: 60_000 };
const TEST = { timeout: 180_000 };
/** From the end of one projector until the next is active, on a machine that is busy; about 1 s on one that is not. */
const TAKE_OVER = { timeoutMs: 45_000 };

/** In the message that sends a batch: the name of its prepared statement. */
const BATCH = 'frequent "';
/** The schema of the first generation. */
const TABLES = 'confledger_read_1';

let kafka: SharedKafka;
let installation: Installation;
/** Beside the proxy, and never in a transaction. */
let database: pg.Client;
/** Beside the proxy: its transaction holds a batch. */
let holder: pg.Client;
/** Of all tests: the log holds what all of them did. */
let clients: ToldClient[];
let operator: Operator;
let load: Load | undefined;

beforeAll(async () => {
  kafka = await sharedKafka();
  installation = await Installation.start({ kafka, store: 'eventstoredb', projectors: 2, follow: SERVICES });
  database = new pg.Client({ connectionString: installation.databaseUrl });
  holder = new pg.Client({ connectionString: installation.databaseUrl });
  await Promise.all([database.connect(), holder.connect()]);
  operator = new Operator(() => installation.caller());
  clients = [operator];
  for (const service of SERVICES) await operator.command('PUT', service, '/hand', { value: 'first', activate: 'all' });
}, 300_000);
afterEach(async () => {
  await letGo();
  // A test that failed leaves its victim dead: the next test needs a standby.
  for (const each of installation.projectors) if (!each.alive) await each.start();
  await load?.stop();
}, 180_000);
afterAll(async () => {
  await holder?.end();
  await database?.end();
  await installation?.close();
});

/** Ends every hold. */
async function letGo(): Promise<void> {
  installation.readModelProxy.onRequest = undefined;
  installation.readModelProxy.resume();
  await holder.query('ROLLBACK');
}

/** Resolves when a projector is about to send a batch to Postgres, which is held back from then on, as is everything else between them. */
function heldAtBatch(): Promise<void> {
  const { readModelProxy } = installation;
  return new Promise((resolve) => {
    readModelProxy.onRequest = (chunk) => {
      if (!chunk.includes(BATCH)) return;
      readModelProxy.onRequest = undefined;
      readModelProxy.pause();
      resolve();
    };
  });
}

/** Outside any transaction: inside one, pg_stat_activity keeps saying what it said at the first look. */
async function select(sql: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
  return (await database.query<Record<string, unknown>>(sql, [...values])).rows;
}

const checkpoint = async (): Promise<unknown> => (await select(`SELECT position FROM ${TABLES}.checkpoint`))[0]?.['position'];

/** Resolves when the batch is where the victim is to be killed. */
type Hold = () => Promise<void>;

const unwritten: Hold = heldAtBatch;

/** The statement has moved the checkpoint, which nobody else sees yet, and waits for a row of the list of ledgers. */
const inTheMidst: Hold = async () => {
  await eventually(async () => (await select(`SELECT FROM ${TABLES}.ledgers`)).length === SERVICES.length, LONG);
  const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await holder.query(`BEGIN; SELECT FROM ${TABLES}.ledgers FOR UPDATE`);
  const waiting = 'SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))';
  await eventually(async () => (await select(waiting, [rows[0]?.pid])).length > 0, LONG);
  expect(await select(`SELECT FROM ${TABLES}.checkpoint FOR UPDATE SKIP LOCKED`)).toEqual([]);
};

/** The answer alone is held back. */
const unanswered: Hold = async () => {
  await heldAtBatch();
  const before = await checkpoint();
  installation.readModelProxy.resume();
  installation.readModelProxy.pause('toClient');
  await eventually(async () => (await checkpoint()) !== before, LONG);
};

test.each([
  ['has made a batch that does not arrive', 'unwritten', unwritten],
  ['is in the midst of writing a batch', 'half', inTheMidst],
  ['has written a batch and does not know it yet', 'unanswered', unanswered],
] as const)(
  'when a projector is killed that %s, the standby goes on at the checkpoint and each event takes effect once',
  TEST,
  async (_, name, hold) => {
    const victim = await installation.active('projector');
    const standby = installation.projectors.find((each) => each !== victim);
    load = startLoad(installation, name, SERVICES);
    clients.push(...load.clients);
    await eventually(() => (load?.acknowledged() ?? 0) > 0, LONG);
    await hold();
    await victim.kill();
    const before = load.acknowledged();
    await letGo();
    await eventually(async () => (await standby?.health())?.state === 'active', TAKE_OVER);
    await eventually(() => (load?.acknowledged() ?? 0) > before, LONG);
    await victim.start();
    await eventually(async () => (await victim.health())?.state === 'standby', LONG);
    await load.stop();
    expect(await storyProblems(installation, clients)).toEqual([]);
  },
);

test('while no projector lives, lists say where they stand, who asks for more is told so, and everything else goes on', TEST, async () => {
  const { projectors, followers } = installation;
  await Promise.all(projectors.map((each) => each.kill()));
  const [service = ''] = SERVICES;
  const version = await operator.command('PUT', service, '/hand', { value: 'unprojected', activate: 'all' });
  await eventually(
    () => followers.some((follower) => follower.ledger === `production.${service}` && follower.now()?.version === version),
    LONG,
  );
  const caller = installation.caller();
  const position: string = (await caller.call('GET', `/configurations/${service}`)).body.data['position'] ?? '';
  const listed = await caller.call('GET', '/configurations');
  expect(listed.status).toBe(200);
  expect(numberOf(listed.body.data['position'] ?? '')).toBeLessThan(numberOf(position));
  expect(await caller.call('GET', `/configurations?atLeast=${position}`)).toMatchObject({
    status: 503,
    body: { code: 'READ_MODEL_BEHIND' },
  });
  for (const each of projectors) each.launch();
  await eventually(async () => (await caller.call('GET', `/configurations?atLeast=${position}`)).status === 200, LONG);
  expect(await storyProblems(installation, clients)).toEqual([]);
});

function numberOf(position: string): bigint {
  return BigInt(position.slice(position.indexOf(':') + 1));
}
