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
const TAKE_OVER = { timeoutMs: 20_000 };

/** In the message that sends a batch: the name of its prepared statement. */
const BATCH = 'frequent "';

let kafka: SharedKafka;
let installation: Installation;
/** Beside the proxy. */
let database: pg.Client;
/** Of all tests: the log holds what all of them did. */
let clients: ToldClient[];
let operator: Operator;
let load: Load | undefined;

beforeAll(async () => {
  kafka = await sharedKafka();
  installation = await Installation.start({ kafka, store: 'eventstoredb', projectors: 2, follow: SERVICES });
  database = new pg.Client({ connectionString: installation.databaseUrl });
  await database.connect();
  operator = new Operator(() => installation.caller());
  clients = [operator];
  for (const service of SERVICES) await operator.command('PUT', service, '/hand', { value: 'first', activate: 'all' });
}, 300_000);
afterEach(async () => {
  installation.readModelProxy.resume();
  await load?.stop();
});
afterAll(async () => {
  await database?.end();
  await installation?.close();
});

/** Resolves when a projector is about to send this to Postgres; it, or the answer to it, is held back from then on. */
function heldAt(statement: string, direction: 'both' | 'toClient'): Promise<void> {
  const { readModelProxy } = installation;
  return new Promise((resolve) => {
    readModelProxy.onRequest = (chunk) => {
      if (!chunk.includes(statement)) return;
      readModelProxy.onRequest = undefined;
      readModelProxy.pause(direction);
      resolve();
    };
  });
}

/** Nobody's transaction is open. */
async function isCommitted(): Promise<boolean> {
  const { rows } = await database.query(
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND (state LIKE '%transaction%' OR state = 'active')",
  );
  return rows.length === 0;
}

/** Answers what lets go again. */
type Hold = () => Promise<() => Promise<unknown>>;

const letGo = async (): Promise<void> => installation.readModelProxy.resume();

const unwritten: Hold = async () => {
  await heldAt(BATCH, 'both');
  return letGo;
};

/** The statement has moved the checkpoint and waits for the table of the audit. */
const inTheMidst: Hold = async () => {
  const { rows } = await database.query<{ name: string }>(
    `SELECT quote_ident(schemaname) AS name FROM pg_tables WHERE tablename = 'audit'`,
  );
  await database.query(`BEGIN; LOCK TABLE ${rows[0]?.name}.audit IN ACCESS EXCLUSIVE MODE`);
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%WITH moved%'`;
  await eventually(async () => (await database.query(waiting)).rows.length > 0, LONG);
  return () => database.query('COMMIT');
};

const unanswered: Hold = async () => {
  await heldAt(BATCH, 'toClient');
  await eventually(isCommitted);
  return letGo;
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
    const release = await hold();
    await victim.kill();
    const before = load.acknowledged();
    await release();
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
  await eventually(async () => (await caller.call('GET', `/configurations?atLeast=${position}`)).status === 200, TAKE_OVER);
  expect(await storyProblems(installation, clients)).toEqual([]);
});

function numberOf(position: string): bigint {
  return BigInt(position.slice(position.indexOf(':') + 1));
}
