// The topic of activations is deleted, cut and written to by somebody else, under load, while a relay lives and while none does: it heals,
// and no node ever goes back. And a relay that comes late to a long history gives every node the newest.
import { eventually, sharedKafka, type SharedKafka } from '@confledger/test-support';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { ActiveTopicExpectations } from './active-topic-check.js';
import type { Follower } from './follower.js';
import { Installation } from './installation.js';
import { startLoad, type Load } from './load.js';
import { Operator } from './operator.js';
import type { Part } from './part.js';
import { storyProblems } from './story.js';
import { recordsOf, type TopicRecord } from './topic-records.js';
import { type ForeignRecord, TopicTampering } from './topic-tampering.js';

const SERVICES = ['trading-engine', 'risk-gateway', 'mev-searcher'];
const PARTITIONS = 2;
const LONG = { timeoutMs: 60_000 };
/** From the end of the fault until every node follows again, on a loaded machine. */
const HEALING_MS_MAX = 45_000;

let kafka: SharedKafka;
let installation: Installation | undefined;
let load: Load | undefined;

beforeAll(async () => void (kafka = await sharedKafka()), 300_000);
afterEach(async () => {
  await load?.stop();
  load = undefined;
  await installation?.close();
  installation = undefined;
});

interface Scene {
  readonly followers: readonly Follower[];
  readonly relay: Part;
  readonly tampering: TopicTampering;
  readonly records: () => Promise<TopicRecord[]>;
  /** Ends the load and holds everything to the story. */
  readonly problems: (expectations: ActiveTopicExpectations) => Promise<string[]>;
}

/** A whole installation at work: every node follows its service. */
async function underLoad(name: string): Promise<Scene> {
  const started = (installation = await Installation.start({
    kafka,
    store: 'eventstoredb',
    relays: 1,
    projectors: 1,
    partitions: PARTITIONS,
    follow: SERVICES,
  }));
  const running = (load = startLoad(started, name, SERVICES, 1));
  const { followers, activeTopic } = started;
  const relay = await started.active('relay');
  await eventually(() => followers.every((follower) => isReady(follower) && told(follower) > 5), LONG);
  return {
    followers,
    relay,
    tampering: new TopicTampering(kafka.brokers, activeTopic),
    records: () => recordsOf(kafka.brokers, activeTopic),
    problems: async (expectations) => {
      await running.stop();
      return storyProblems(started, running.clients, expectations);
    },
  };
}

const isReady = (follower: Follower): boolean => follower.now()?.state === 'ready';
const told = (follower: Follower): number => follower.told().length;
const runs = (follower: Follower): number => follower.now()?.activation ?? -1;
const count = (text: string, word: string): number => text.split(word).length - 1;

/** Resolves when every node follows, and runs something newer than when this was called; with how long that took. */
async function newerEverywhere(followers: readonly Follower[]): Promise<number> {
  const begun = performance.now();
  const before = followers.map(runs);
  await eventually(() => followers.every((follower, index) => isReady(follower) && runs(follower) > (before[index] ?? -1)), LONG);
  return performance.now() - begun;
}

test('a topic that is deleted is made again by the relay, and every node follows it', { timeout: 240_000 }, async () => {
  const { followers, tampering, problems } = await underLoad('deleted');
  await tampering.delete();
  expect(await newerEverywhere(followers)).toBeLessThan(HEALING_MS_MAX);
  expect(await problems({})).toEqual([]);
});

test.each(['lives', 'is dead'] as const)(
  'a topic whose tail is cut off while the relay %s is written on, and no node goes back',
  { timeout: 240_000 },
  async (relayIs) => {
    const { followers, relay, tampering, records, problems } = await underLoad(`cut-${relayIs.length}`);
    const whole = await records();
    const short = whole.slice(0, Math.floor(whole.length / 2));
    await newerEverywhere(followers);
    // It stands still or is gone while the topic is changed: it would make a topic of its own at once.
    if (relayIs === 'lives') relay.pause();
    else await relay.kill();
    await tampering.replace(short, PARTITIONS);
    if (relayIs === 'lives') relay.resume();
    else await relay.start();
    expect(await newerEverywhere(followers)).toBeLessThan(HEALING_MS_MAX);
    expect(await problems({ forged: true })).toEqual([]);
  },
);

/** What somebody may put on the topic who has no key to sign with: for each service, and in each partition. */
function forgeries(genuine: readonly TopicRecord[]): ForeignRecord[] {
  const made: ForeignRecord[] = [];
  for (const service of SERVICES) {
    const ledger = `production.${service}`;
    const markers = genuine.filter(({ key }) => key === `${ledger}|`);
    const [oldest, newest] = [markers[0], markers.at(-1)];
    if (oldest === undefined || newest === undefined) throw new Error(`nothing of ${ledger} is on the topic`);
    const { partition } = oldest;
    const above = JSON.stringify({ ...(JSON.parse(newest.value ?? '') as object), activation: 1_000_000_000 });
    const put = (path: string, value: string | null, where = partition): unknown =>
      made.push({ partition: where, key: `${ledger}|${path}`, value });
    put('', oldest.value);
    put('', above);
    put('forged.leaf', '{"value":"mine","version":1}');
    put('batch.x', '{"value":"torn","version":1}');
    put('bad..path', '{"value":1,"version":1}');
    put('a', 'no JSON');
    put('b.c', 'null');
    put('', '{"half":');
    put('', null);
    put('', newest.value, (partition + 1) % PARTITIONS);
    put('a', '{"value":"elsewhere","version":1}', (partition + 1) % PARTITIONS);
    // An old activation once more, whole: whatever else is there is removed, then it is written as it was. All of it was signed.
    const its = genuine.filter(({ key }) => key.startsWith(`${ledger}|`));
    const paths = new Set([...its, ...made].map(({ key }) => key).filter((key) => key.startsWith(`${ledger}|`) && key !== `${ledger}|`));
    for (const key of paths) made.push({ partition, key, value: null });
    made.push(...its.filter(({ offset }) => offset <= oldest.offset));
  }
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for (const key of ['', 'no-bar', '|', 'staging.nobody|x', '../../etc|passwd', '~beat']) made.push({ partition, key, value: 'rubbish' });
  }
  return made;
}

test(
  'what somebody else writes beside a relay that lives is found by its next record, and runs nowhere',
  { timeout: 240_000 },
  async () => {
    const { followers, relay, tampering, records, problems } = await underLoad('beside');
    const forged = forgeries(await records());
    for (let round = 1; round <= 3; round += 1) {
      const repairs = count(relay.printed(), '"repaired"');
      await tampering.write(forged);
      expect(await newerEverywhere(followers)).toBeLessThan(HEALING_MS_MAX);
      await eventually(() => count(relay.printed(), '"repaired"') > repairs, LONG);
    }
    expect(await problems({ forged: true })).toEqual([]);
  },
);

test(
  'what somebody else writes while no relay lives runs nowhere, not even in a node that is started then, and is written over by the next one',
  { timeout: 240_000 },
  async () => {
    const { followers, relay, tampering, records, problems } = await underLoad('alone');
    await relay.kill();
    await tampering.write(forgeries(await records()));
    const [restarted] = followers;
    await restarted?.kill();
    restarted?.launch();
    const before = followers.map(told);
    await relay.start();
    expect(await newerEverywhere(followers)).toBeLessThan(HEALING_MS_MAX);
    expect(followers.every((follower, index) => told(follower) > (before[index] ?? 0))).toBe(true);
    await eventually(() => ['"repaired"', '"unknown-ledger"'].every((alarm) => relay.printedNow().includes(alarm)));
    expect(await problems({ forged: true })).toEqual([]);
  },
);

const ROUNDS = 30;
const LEAVES_A_ROUND = 20;

/** Some thousand events; the last activations are of older versions than those before. */
async function longHistory(operator: Operator, service: string): Promise<void> {
  const versions: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const operations = Array.from({ length: LEAVES_A_ROUND }, (_, leaf) => ({ type: 'SET', key: `k${leaf}.n`, value: round * 100 + leaf }));
    versions.push(await operator.command('POST', service, '/batch', { operations, activate: 'all' }));
    if (round % 10 === 0) await operator.command('POST', service, `/versions/${versions[round - 5]}/rollback`, {});
    if (round % 15 === 0) await operator.command('POST', service, `/versions/${versions[round - 12]}/activate`, {});
  }
  await operator.command('POST', service, `/versions/${versions[7]}/activate`, {});
}

test(
  'a relay that starts on a long history with an empty topic writes the newest activation of each ledger, and no other',
  { timeout: 480_000 },
  async () => {
    const started = (installation = await Installation.start({
      kafka,
      store: 'eventstoredb',
      relays: 0,
      projectors: 1,
      partitions: PARTITIONS,
    }));
    const services = [...SERVICES, 'order-router', 'quoter', 'hedger'];
    const operator = new Operator(() => started.caller());
    await Promise.all(services.map((service) => longHistory(operator, service)));
    const followers = services.map((service) => started.follow(service));
    await started.addPart('relay');
    await eventually(() => followers.every(isReady), LONG);
    expect(await storyProblems(started, [operator])).toEqual([]);
    const markers = (await recordsOf(kafka.brokers, started.activeTopic)).filter(({ key }) => key.endsWith('|')).map(({ key }) => key);
    expect(markers.toSorted()).toEqual(services.map((service) => `production.${service}|`).toSorted());
  },
);
