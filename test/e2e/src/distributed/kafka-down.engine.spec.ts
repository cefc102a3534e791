// Kafka away under writes, killed or hanging: no command waits for it, nodes run on and say that they are stale, the relay says
// what it cannot do, and when Kafka is back everything catches up by itself.
import { eventually, startKafka, type TestKafka } from '@confledger/test-support';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Installation } from './installation.js';
import { startLoad } from './load.js';
import type { Part } from './part.js';
import { storyProblems } from './story.js';

const SERVICES = ['trading-engine', 'risk-gateway'];
const LONG = { timeoutMs: 60_000 };
/** A node without a word for 15 s is stale; the last one may be a beat, of every 5 s, older than the fault, or on its way. */
const STALE_MS = { min: 9_000, max: 20_000 };
/** How long a request to brokers that hang may take, and a transaction (10 s each), and what a busy machine adds. */
const NOTICED_MS_MAX = 20_000;
/** From the broker that takes connections to nodes that run what is active: at worst one request that began while it hung, and its retry. */
const HEALED_MS_MAX = 40_000;
/** Commands cost the same with Kafka and without; a busy machine decides the rest. */
const SPEED_LEFT_MIN = 0.25;
const SPEED_WINDOW_MS = 5_000;
/** A try takes at least the pauses of the client within it, 5 s, once the pauses between tries have grown. */
const TRY_MS_MIN = 5_000;
const FIRST_TRIES = 6;

/** Until tries are 5 s apart, and nodes are stale for some time. */
const OUTAGES = [
  { how: 'killed', lastsMs: 35_000, begin: () => kafka.kill(), end: () => kafka.restart() },
  { how: 'hanging', lastsMs: 25_000, begin: () => kafka.pause(), end: () => kafka.resume() },
];

let kafka: TestKafka;
let installation: Installation | undefined;
/** Ends the outage that is under way. */
let endOutage: (() => Promise<void>) | undefined;

beforeAll(async () => void (kafka = await startKafka()), 300_000);
afterAll(() => kafka.stop());
afterEach(async () => {
  await endOutage?.();
  endOutage = undefined;
  await installation?.close();
  installation = undefined;
});

test.for(OUTAGES)(
  'with Kafka $how, commands go on, nodes are stale and run on, and all catch up when it is back',
  { timeout: 400_000 },
  async ({ lastsMs, begin, end, how }, { skip }) => {
    if (!kafka.ours) return skip('the brokers of CONFLEDGER_TEST_KAFKA_BROKERS are not ours to stop');
    installation = await Installation.start({ kafka, store: 'eventstoredb', follow: SERVICES });
    const { apis, projectors, relays, followers } = installation;
    const relay = await installation.active('relay');
    const load = startLoad(installation, 'load', SERVICES);
    await eventually(() => followers.every((follower) => follower.now()?.state === 'ready'), LONG);
    const speedBefore = await load.speedOver(SPEED_WINDOW_MS);
    const unserved = load.unserved().length;

    const [wallClock, began] = [Date.now(), performance.now()];
    const failuresBefore = await failuresOf(relay);
    endOutage = end;
    await begin();
    await eventually(async () => (await relay.health())?.state === 'failing', { timeoutMs: NOTICED_MS_MAX });
    expect(await relay.probe('/health')).toBe(503);
    expect(await relay.probe('/health/live')).toBe(200);
    const lag = await lagOf(relay);
    await eventually(() => followers.every((follower) => follower.now()?.state === 'stale'), { timeoutMs: STALE_MS.max + NOTICED_MS_MAX });
    for (const follower of followers) {
      const stale = follower.told().find(({ state, at }) => state === 'stale' && at >= wallClock);
      expect((stale?.at ?? 0) - wallClock).toBeGreaterThan(STALE_MS.min);
      expect((stale?.at ?? 0) - wallClock).toBeLessThan(STALE_MS.max);
    }
    const speed = await load.speedOver(Math.max(SPEED_WINDOW_MS, lastsMs - (performance.now() - began)));
    expect(load.unserved().slice(unserved)).toEqual([]);
    expect(speed).toBeGreaterThan(SPEED_LEFT_MIN * speedBefore);
    expect(await lagOf(relay)).toBeGreaterThan(lag);
    for (const part of [...apis, ...projectors]) await eventually(async () => (await part.probe('/health/ready')) === 200);
    const failures = (await failuresOf(relay)) - failuresBefore;
    expect(failures).toBeGreaterThan(0);
    expect(failures).toBeLessThanOrEqual(FIRST_TRIES + (performance.now() - began) / TRY_MS_MIN);

    const logged = (await relay.metric('log_position')) ?? Number.NaN;
    await end();
    endOutage = undefined;
    const ended = performance.now();
    await eventually(
      async () =>
        ((await relay.metric('feed_position')) ?? 0) >= logged && followers.every((follower) => follower.now()?.state === 'ready'),
      { timeoutMs: HEALED_MS_MAX },
    );
    console.log(
      `${how}: ${Math.round(speed)} commands a second, ${Math.round(speedBefore)} before; healed after ${Math.round(performance.now() - ended)} ms`,
    );
    for (const each of [...apis, ...projectors, ...relays, ...followers]) expect(each.alive).toBe(true);
    await load.stop();
    expect(await storyProblems(installation, load.clients)).toEqual([]);
  },
);

/** How far the feed is behind, as the one says who cannot reach it. */
async function lagOf(relay: Part): Promise<number> {
  return (await relay.metric('feed_lag_positions')) ?? Number.NaN;
}

/** How often a relay failed and tried again. */
async function failuresOf(relay: Part): Promise<number> {
  return (await relay.metric('relay_failures_total')) ?? Number.NaN;
}
