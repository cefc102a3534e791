// The Postgres of read model, snapshots, reports and locks away under writes, refusing connections or hanging: commands and activations go on,
// queries are told so, parts that are started meanwhile wait for it, and the projector catches up when it is back.
import { eventually } from '@confledger/test-support';
import { expect } from 'vitest';
import { answerTo } from '../api-caller.js';
import { test } from './distributed-test.js';
import { startLoad } from './load.js';
import type { Part } from './part.js';
import { storyProblems } from './story.js';

const SERVICES = ['trading-engine', 'risk-gateway'];
const LONG = { timeoutMs: 60_000 };
const OUTAGE_MS = 20_000;
const AT_ONCE_MS_MAX = 4_000;
/** A probe of health gives a part 2 s. */
const HEALTH_MS_MAX = 4_000;
const SPEED_LEFT_MIN = 0.1;
const SPEED_WINDOW_MS = 5_000;
/** Connections are given up after 5 s, tries repeated after 5 s at most; a busy machine has something to catch up with. */
const RESUMED_MS_MAX = 30_000;
const REPORT = { environment: 'production', service: 'trading-engine', state: 'ready', running: null, rejected: null };

/** Of a query: one that hangs is given up 1 s after the 5 s that it may take. Of a ledger's first command: a snapshot is waited for 2 s, and its connection. */
const OUTAGES = [
  { fault: 'refuses connections', queryMsMax: 4_000, firstCommandMsMax: 5_000 },
  { fault: 'hangs', queryMsMax: 10_000, firstCommandMsMax: 10_000 },
] as const;

test.for(OUTAGES)(
  'Postgres $fault: commands, activations and nodes go on, queries are told so, and the projector catches up',
  { timeout: 300_000 },
  async ({ fault, queryMsMax, firstCommandMsMax }, { start }) => {
    const installation = await start({ store: 'eventstoredb', follow: SERVICES });
    const { readModelProxy: proxy, apis, projectors, relays, followers } = installation;
    const load = startLoad(installation, 'load', SERVICES);
    await eventually(() => followers.every((follower) => follower.now()?.state === 'ready'), LONG);
    const caller = installation.caller();
    const speedBefore = await load.speedOver(SPEED_WINDOW_MS);
    const ran = followers.map((follower) => follower.now()?.activation ?? 0);
    const [wallClock, began] = [Date.now(), performance.now()];

    if (fault === 'hangs') proxy.pause();
    else proxy.shut();
    const late = [installation.startPart('projector'), installation.startPart('relay')];
    const ask = (place: string) => answerTo(caller, 'GET', place);
    const document = '/configurations/trading-engine';
    // Four lists at once are what one caller may have.
    const queries = [
      ask('/configurations'),
      ask('/audit'),
      ask('/nodes'),
      ask(`${document}/versions`),
      answerTo(caller, 'POST', '/nodes/engine-7', REPORT),
    ];
    const without = await Promise.all([ask(document), ask(`${document}?version=active`), ask(`${document}?consistency=local`)]);
    expect(without.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(Math.max(...without.map(({ tookMs }) => tookMs))).toBeLessThan(AT_ONCE_MS_MAX);
    const first = startLoad(installation, 'first', ['new-service'], 1);
    await eventually(() => first.acknowledged() > 0, { timeoutMs: firstCommandMsMax });
    for (const { status, code, tookMs } of await Promise.all(queries)) {
      expect([status, code]).toEqual([503, 'READ_MODEL_UNAVAILABLE']);
      expect(tookMs).toBeLessThan(queryMsMax);
    }
    expect(await ask(`${document}/history?key=a`)).toMatchObject({ status: 503, code: 'READ_MODEL_UNAVAILABLE' });
    await Promise.all(late);
    const probed = performance.now();
    for (const api of apis) {
      expect([await api.probe('/health/live'), await api.probe('/health/ready'), await api.probe('/health')]).toEqual([200, 200, 503]);
      expect(await api.unhealthy()).toEqual(['readModel']);
    }
    expect(performance.now() - probed).toBeLessThan(2 * HEALTH_MS_MAX);
    for (const part of [...projectors, ...relays.slice(1)])
      expect([await part.probe('/health/live'), await part.probe('/health')]).toEqual([200, 503]);
    // A part serves health before it has loaded the client of its event store, and then finds out.
    for (const part of [projectors[1], relays[1]])
      await eventually(() => part?.printed().includes('the read model is away'), { timeoutMs: HEALTH_MS_MAX });
    const speed = await load.speedOver(Math.max(SPEED_WINDOW_MS, OUTAGE_MS - (performance.now() - began)));
    expect(speed).toBeGreaterThan(SPEED_LEFT_MIN * speedBefore);
    expect([...load.unserved(), ...first.unserved()]).toEqual([]);
    expect(await relays[0]?.health()).toMatchObject({ status: 200, state: 'active' });
    for (const [index, follower] of followers.entries()) {
      expect(follower.now()?.activation).toBeGreaterThan(ran[index] ?? 0);
      expect(follower.told().filter(({ at, state }) => at >= wallClock && state !== 'ready')).toEqual([]);
    }

    if (fault === 'hangs') proxy.resume();
    else proxy.open();
    const ended = performance.now();
    await eventually(
      async () =>
        (await ask('/configurations')).status === 200 && (await answerTo(caller, 'POST', '/nodes/engine-7', REPORT)).status === 201,
      { timeoutMs: RESUMED_MS_MAX },
    );
    const queriesMs = performance.now() - ended;
    await Promise.all([load.stop(), first.stop()]);
    await eventually(async () => (await oneIsActive(projectors)) && (await oneIsActive(relays)), { timeoutMs: RESUMED_MS_MAX });
    const projector = await installation.active('projector');
    await eventually(async () => (await projector.health())?.lag === '0', { timeoutMs: RESUMED_MS_MAX });
    const told = [speed, speedBefore, queriesMs, performance.now() - ended].map(Math.round);
    console.log(
      `Postgres ${fault}: ${told[0]} commands a second, ${told[1]} before; queries after ${told[2]} ms, caught up after ${told[3]} ms`,
    );
    for (const each of [...apis, ...projectors, ...relays, ...followers]) expect(each.alive).toBe(true);
    expect(await storyProblems(installation, [...load.clients, ...first.clients])).toEqual([]);
  },
);

/** And every other one stands by. */
async function oneIsActive(parts: readonly Part[]): Promise<boolean> {
  const states = await Promise.all(parts.map(async (part) => (await part.health())?.state));
  return states.filter((state) => state === 'active').length === 1 && states.every((state) => state === 'active' || state === 'standby');
}
