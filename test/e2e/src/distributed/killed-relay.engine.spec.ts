// A relay killed between any two of its steps: while it takes over, in a beat, in a publication under load. Another takes over in seconds,
// commands go on meanwhile, and nothing is lost, doubled, reordered or half there.
import { eventually, sharedKafka, type SharedKafka } from '@confledger/test-support';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Installation } from './installation.js';
import { type Load, startLoad } from './load.js';
import { Operator } from './operator.js';
import type { Part } from './part.js';
import { storyProblems, type ToldClient } from './story.js';
import { recordsOf } from './topic-records.js';

const SERVICES = ['trading-engine', 'risk-gateway'];
const LONG = { timeoutMs: 60_000 };
const TEST = { timeout: 180_000 };
/** From the end of one relay until the next is active, on a machine that is busy; about 1 s on one that is not. */
const TAKE_OVER = { timeoutMs: 45_000 };
/** Transactions of one relay: the first repairs the topic, the second beats. Under load a later one publishes. */
const [TAKING_OVER, BEATING, PUBLISHING] = [1, 2, 20];

let kafka: SharedKafka;
let installation: Installation;
/** Active between the tests. */
let ordinary: Part;
let victim: Part;
/** Of all tests: the log holds what all of them did. */
let clients: ToldClient[];
let operator: Operator;
let load: Load | undefined;

beforeAll(async () => {
  kafka = await sharedKafka();
  installation = await Installation.start({ kafka, store: 'eventstoredb', follow: SERVICES });
  ordinary = await installation.active('relay');
  operator = new Operator(() => installation.caller());
  clients = [operator];
  await activate('first');
}, 300_000);
afterEach(async () => {
  await load?.stop();
  await victim.kill();
});
afterAll(async () => {
  await installation?.close();
});

/** The next relay is one that dies at the n-th time that it comes to the step. */
async function replaceByVictim(step: string, n: number): Promise<void> {
  await ordinary.kill();
  victim = installation.launchRelayProgram({ RELAY_DIES_AT: `${step}:${n}` });
}

async function activate(value: string): Promise<void> {
  for (const service of SERVICES) await operator.command('PUT', service, '/hand', { value, activate: 'all' });
}

function underLoad(name: string): Load {
  load = startLoad(installation, name, SERVICES);
  clients.push(...load.clients);
  return load;
}

async function is(part: Part, state: string): Promise<boolean> {
  return (await part.health())?.state === state;
}

const TAKE_OVER_STEPS = ['fenced', 'read', 'begun', 'produced', 'committed'];
const TRANSACTION_STEPS = ['begun', 'produced', 'committed'];

test.each(TAKE_OVER_STEPS)(
  'a relay that is killed after "%s" while it takes over leaves nothing that the next does not mend',
  TEST,
  async (step) => {
    const { acknowledged, stop } = underLoad(`take-over-${step}`);
    await replaceByVictim(step, TAKING_OVER);
    await eventually(() => !victim.alive, LONG);
    const before = acknowledged();
    await ordinary.start();
    await eventually(() => is(ordinary, 'active'), TAKE_OVER);
    expect(acknowledged()).toBeGreaterThan(before);
    await stop();
    expect(await storyProblems(installation, clients)).toEqual([]);
  },
);

/** Every partition says that it is complete up to the log's end: the next relay goes on there. */
async function isBeatenToTheEnd(): Promise<boolean> {
  const last = await installation.store.events.lastPosition();
  const records = await recordsOf(kafka.brokers, installation.activeTopic);
  const beats = new Map(records.filter(({ key }) => key === '~beat').map(({ partition, value }) => [partition, value]));
  return [...beats.values()].every((beat) => beat?.includes(`:${last}"`) === true);
}

test.each(TRANSACTION_STEPS)('a relay that is killed after "%s" of a beat leaves no beat that says too much', TEST, async (step) => {
  await eventually(isBeatenToTheEnd, LONG);
  await replaceByVictim(step, BEATING);
  await eventually(() => !victim.alive, LONG);
  await activate(`beat-${step}`);
  await ordinary.start();
  await eventually(() => is(ordinary, 'active'), TAKE_OVER);
  expect(await storyProblems(installation, clients)).toEqual([]);
});

test.each(TRANSACTION_STEPS)(
  'when a relay is killed after "%s" of a publication, the standby takes over in seconds and nothing runs half',
  TEST,
  async (step) => {
    await replaceByVictim(step, PUBLISHING);
    await eventually(() => is(victim, 'active'), LONG);
    await ordinary.start();
    await eventually(() => is(ordinary, 'standby'), LONG);
    const { acknowledged, stop } = underLoad(`publication-${step}`);
    await eventually(() => !victim.alive, LONG);
    const [before, diedAt] = [acknowledged(), Date.now()];
    await eventually(() => is(ordinary, 'active'), TAKE_OVER);
    for (const follower of installation.followers) await eventually(() => (follower.now()?.at ?? 0) > diedAt, TAKE_OVER);
    expect(acknowledged()).toBeGreaterThan(before);
    expect(
      installation.followers.flatMap((follower) => follower.told()).filter(({ at, state }) => at > diedAt && state !== 'ready'),
    ).toEqual([]);
    await stop();
    expect(await storyProblems(installation, clients)).toEqual([]);
  },
);
