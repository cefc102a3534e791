// Trading programs through their own faults: paused beyond the session timeout, killed while Kafka is away, started while the topic is being
// compacted, many at once; and activations that are large. None ever runs anything older than it ran.
import { eventually, startKafka, type TestKafka } from '@confledger/test-support';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Follower } from './follower.js';
import { Installation } from './installation.js';
import { startLoad, type Load } from './load.js';
import { Operator } from './operator.js';
import { storyProblems } from './story.js';
import { recordsOf } from './topic-records.js';
import { TopicTampering } from './topic-tampering.js';

const ENGINE = 'trading-engine';
const GATEWAY = 'risk-gateway';
const LONG = { timeoutMs: 60_000 };
/** The least that a broker is asked for here, and a pause that is longer. */
const SESSION_TIMEOUT_MS = 6_000;
const PAUSE_MS = 9_000;
/** From the end of a fault until a node follows again, on a loaded machine. */
const HEALING_MS_MAX = 40_000;

let kafka: TestKafka;
let installation: Installation | undefined;
let load: Load | undefined;
let kafkaIsAway = false;

beforeAll(async () => void (kafka = await startKafka()), 300_000);
afterAll(() => kafka.stop());
afterEach(async () => {
  // A test that failed meanwhile.
  if (kafkaIsAway) await kafka.restart();
  kafkaIsAway = false;
  await load?.stop();
  load = undefined;
  await installation?.close();
  installation = undefined;
});

async function start(options: { readonly partitions?: number } = {}): Promise<Installation> {
  return (installation = await Installation.start({ kafka, store: 'eventstoredb', projectors: 1, relays: 1, ...options }));
}

const isReady = (follower: Follower): boolean => follower.now()?.state === 'ready';
const runs = (follower: Follower): number => follower.now()?.activation ?? -1;

async function elapsed(what: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await what;
  return performance.now() - begun;
}

/** Follows, and runs at least what is active now; beside a load that may be older by some activations when this resolves. */
async function catchesUp(started: Installation, follower: Follower): Promise<void> {
  const active = await activeNow(started, follower);
  await eventually(() => isReady(follower) && runs(follower) >= active, LONG);
}

/** The number of the ledger's newest activation. */
async function activeNow(started: Installation, { ledger }: Follower): Promise<number> {
  const rows = await started.store.events.readStream(`config-${ledger}`, { direction: 'backwards', limit: 1_000 });
  return rows.find(({ type }) => type === 'VersionActivated')?.revision ?? -1;
}

test('a node that is paused beyond its session timeout reads anew when it comes back', { timeout: 240_000 }, async () => {
  const started = await start();
  const [paused, other] = [started.follow(ENGINE, SESSION_TIMEOUT_MS), started.follow(ENGINE)];
  const running = (load = startLoad(started, 'paused', [ENGINE]));
  await eventually(() => isReady(paused) && isReady(other) && runs(paused) > 20, LONG);
  paused.pause();
  // What it wrote before it was stopped may still be on its way.
  let before = -1;
  await eventually(() => {
    const said = paused.told().length;
    const isAll = said === before;
    before = said;
    return isAll;
  });
  await sleep(PAUSE_MS);
  expect(isReady(other)).toBe(true);
  expect(paused.told()).toHaveLength(before);
  paused.resume();
  expect(await elapsed(catchesUp(started, paused))).toBeLessThan(HEALING_MS_MAX);
  await running.stop();
  expect(await storyProblems(started, running.clients)).toEqual([]);
});

test(
  'a node that is killed and started while Kafka is away runs its cache, says so, and goes on when Kafka is back',
  { timeout: 240_000 },
  async ({ skip }) => {
    if (!kafka.ours) return skip('the brokers of CONFLEDGER_TEST_KAFKA_BROKERS are not ours to kill');
    const started = await start();
    const [killed, other] = [started.follow(ENGINE), started.follow(ENGINE)];
    const running = (load = startLoad(started, 'cached', [ENGINE]));
    await eventually(() => isReady(killed) && isReady(other) && runs(killed) > 20, LONG);
    await kafka.kill();
    kafkaIsAway = true;
    await eventually(() => killed.now()?.state === 'stale', LONG);
    const ran = runs(killed);
    await killed.kill();
    const lines = killed.told().length;
    const acknowledged = running.acknowledged();
    killed.launch();
    const first = await eventually(() => killed.told()[lines], LONG);
    expect(first).toMatchObject({ source: 'cache', state: 'stale', activation: ran });
    expect(other.now()).toMatchObject({ source: 'feed', state: 'stale' });
    await eventually(() => running.acknowledged() > acknowledged + 20, LONG);
    await kafka.restart();
    kafkaIsAway = false;
    expect(await elapsed(Promise.all([catchesUp(started, killed), catchesUp(started, other)]))).toBeLessThan(2 * HEALING_MS_MAX);
    expect(killed.now()?.source).toBe('feed');
    await running.stop();
    expect(await storyProblems(started, running.clients)).toEqual([]);
  },
);

test('a node that starts while the topic is compacted and activations go on runs the newest', { timeout: 240_000 }, async () => {
  const started = await start({ partitions: 1 });
  started.follow(ENGINE);
  await eventually(async () => (await started.active('relay')).alive, LONG);
  await new TopicTampering(kafka.brokers, started.activeTopic).compactSoon();
  const running = (load = startLoad(started, 'compacted', [ENGINE], 3));
  const markers = async (): Promise<number[]> =>
    (await recordsOf(kafka.brokers, started.activeTopic))
      .filter(({ key }) => key.endsWith('|'))
      .map(({ value }) => (JSON.parse(value ?? '{}') as { readonly activation: number }).activation);
  const [early = -1] = await eventually(async () => {
    const found = await markers();
    return found.length > 0 ? found : undefined;
  }, LONG);
  // The first that was seen is gone: the broker compacts.
  await eventually(async () => !(await markers()).includes(early), { timeoutMs: 120_000 });
  for (let round = 1; round <= 3; round += 1) await catchesUp(started, started.follow(ENGINE));
  await running.stop();
  expect(await storyProblems(started, running.clients, { compacted: true })).toEqual([]);
});

const MANY = 20;

test('of many nodes at once half are killed and started again, and every one follows', { timeout: 240_000 }, async () => {
  const started = await start();
  for (let count = 0; count < MANY; count += 1) started.follow(count % 2 === 0 ? ENGINE : GATEWAY);
  const running = (load = startLoad(started, 'many', [ENGINE, GATEWAY], 1));
  const { followers } = started;
  await eventually(() => followers.every(isReady), LONG);
  const half = followers.filter((_, index) => index % 4 < 2);
  await Promise.all(half.map((follower) => follower.kill()));
  for (const follower of half) follower.launch();
  await Promise.all(followers.map((follower) => catchesUp(started, follower)));
  await running.stop();
  expect(await storyProblems(started, running.clients)).toEqual([]);
});

const LARGE_VALUES = 7;
const LARGE_VALUE_CHARACTERS = 220_000;
/** Near the limit of 512 KiB for one value. */
const LARGEST_VALUE_CHARACTERS = 500_000;
const LEAVES = 10_000;
/** From the call until a node runs it, on a loaded machine. */
const LARGE_MS_MAX = 20_000;
const MANY_LEAVES_MS_MAX = 90_000;

test('an activation of 1.8 MB, and one of ten thousand leaves, arrive whole', { timeout: 240_000 }, async () => {
  const started = await start();
  const follower = started.follow(ENGINE);
  const operator = new Operator(() => started.caller());
  const large = Object.fromEntries(
    Array.from({ length: LARGE_VALUES }, (_, n) => [
      `large-${n}`,
      String(n).padEnd(n === 0 ? LARGEST_VALUE_CHARACTERS : LARGE_VALUE_CHARACTERS, 'x'),
    ]),
  );
  const many = Object.fromEntries(
    Array.from({ length: LEAVES / 100 }, (_, n) => [
      `group-${n}`,
      Object.fromEntries(Array.from({ length: 100 }, (__, m) => [`leaf-${m}`, n * m])),
    ]),
  );
  const arrives = async (configuration: object): Promise<void> => {
    await operator.command('PUT', ENGINE, '', { configuration, activate: 'all' });
    const activation = await activeNow(started, follower);
    await eventually(() => isReady(follower) && runs(follower) === activation, LONG);
  };
  await arrives({ small: true });
  expect(await elapsed(arrives({ small: true, ...large }))).toBeLessThan(LARGE_MS_MAX);
  expect(await elapsed(arrives(many))).toBeLessThan(MANY_LEAVES_MS_MAX);
  // Also for who was not there.
  const late = started.follow(ENGINE);
  await catchesUp(started, late);
  expect(await elapsed(arrives({ small: false, ...large }))).toBeLessThan(MANY_LEAVES_MS_MAX);
  expect(await storyProblems(started, [operator])).toEqual([]);
});
