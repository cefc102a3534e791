// The event store away under writes, refusing connections or hanging: writes are told so with a code and in bounded time, what can be read
// honestly is read, nodes run on, and when it is back everything goes on by itself.
import { eventually } from '@confledger/test-support';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { answerTo } from '../api-caller.js';
import { test } from './distributed-test.js';
import { startLoad } from './load.js';
import { storyProblems } from './story.js';

const SERVICES = ['trading-engine', 'risk-gateway'];
const LONG = { timeoutMs: 60_000 };
/** Longer than a node without any word of its feed would stay ready, so that beats are seen to go on. */
const OUTAGE_MS = 20_000;
/** What is answered without the store. */
const AT_ONCE_MS_MAX = 4_000;
/** A probe of health gives a part 2 s. */
const HEALTH_MS_MAX = 6_000;
const FIRST_WRITE_MS_MAX = 4_000;
/** Subscriptions are made again after at most 5 s, and a busy machine has something to catch up with. */
const RESUMED_MS_MAX = 20_000;

/**
 * A write is given up after 5 s, and so is what queued behind it; reads of EventStoreDB too, those of Postgres after 3 s. With room for a
 * busy machine.
 */
const OUTAGES = [
  { store: 'eventstoredb', fault: 'refuses connections' },
  { store: 'eventstoredb', fault: 'hangs' },
  { store: 'postgres', fault: 'refuses connections' },
  { store: 'postgres', fault: 'hangs' },
] as const;
const REFUSED_MS_MAX = 8_000;

test.for(OUTAGES)(
  '$store $fault: writes are refused in bounded time, lists and nodes go on, and all resume when it is back',
  { timeout: 300_000 },
  async (outage, { skip, start }) => {
    const { store, fault } = outage;
    const installation = await start({ store, follow: SERVICES });
    const { proxy } = installation.store;
    if (proxy === null) return skip('the event store of CONFLEDGER_TEST_EVENTSTORE_URL is not ours to cut off');
    const { apis, projectors, relays, followers } = installation;
    const [projector, relay] = [await installation.active('projector'), await installation.active('relay')];
    const load = startLoad(installation, 'load', SERVICES);
    await eventually(() => followers.every((follower) => follower.now()?.state === 'ready'), LONG);
    const caller = installation.caller();
    const [wallClock, began] = [Date.now(), performance.now()];

    if (fault === 'hangs') proxy.pause();
    else proxy.shut();
    // Also after a write that failed, and made the api doubt what it keeps.
    await eventually(() => load.unserved().length >= SERVICES.length, { timeoutMs: REFUSED_MS_MAX });
    const ask = (place: string) => answerTo(caller, 'GET', place);
    const document = '/configurations/trading-engine';
    const without = await Promise.all([ask('/configurations'), ask('/audit'), ask('/nodes'), ask(`${document}?consistency=local`)]);
    expect(without.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(Math.max(...without.map(({ tookMs }) => tookMs))).toBeLessThan(AT_ONCE_MS_MAX);
    const needing = await Promise.all([ask(document), ask(`${document}/versions`), ask(`${document}/history?key=a`)]);
    for (const { status, code, tookMs } of needing) {
      expect([status, code]).toEqual([503, 'EVENT_STORE_UNAVAILABLE']);
      expect(tookMs).toBeLessThan(REFUSED_MS_MAX);
    }
    const probed = performance.now();
    for (const api of apis)
      expect(await Promise.all([api.probe('/health/live'), api.probe('/health/ready'), api.probe('/health')])).toEqual([200, 503, 503]);
    expect(performance.now() - probed).toBeLessThan(HEALTH_MS_MAX);
    for (const part of [projector, relay]) expect([await part.probe('/health/live'), await part.probe('/health')]).toEqual([200, 503]);
    await sleep(OUTAGE_MS - (performance.now() - began));
    // The relay lives and beats: with the log away for all, nothing newer is active.
    expect(followers.flatMap((follower) => follower.told().filter(({ at, state }) => at >= wallClock && state !== 'ready'))).toEqual([]);

    const [acknowledged, unserved] = [load.acknowledged(), load.unserved()];
    if (fault === 'hangs') proxy.resume();
    else proxy.open();
    const ended = performance.now();
    await eventually(() => load.acknowledged() > acknowledged, { timeoutMs: FIRST_WRITE_MS_MAX });
    const firstWriteMs = performance.now() - ended;
    const codes = new Set(unserved.map(({ code }) => code));
    expect([...codes].filter((code) => code !== 'EVENT_STORE_UNAVAILABLE' && code !== 'OUTCOME_UNKNOWN')).toEqual([]);
    expect(codes).toContain('EVENT_STORE_UNAVAILABLE');
    const slowestMs = Math.max(...unserved.map(({ tookMs }) => tookMs));
    expect(slowestMs).toBeLessThan(REFUSED_MS_MAX);
    await load.stop();
    await eventually(async () => (await projector.health())?.lag === '0' && (await relay.health())?.lag === '0', {
      timeoutMs: RESUMED_MS_MAX,
    });
    const told = [unserved.length, slowestMs, firstWriteMs, performance.now() - ended].map(Math.round);
    console.log(
      `${store} ${fault}: ${told[0]} refusals, the slowest after ${told[1]} ms; first write after ${told[2]} ms, all read after ${told[3]} ms`,
    );
    for (const each of [...apis, ...projectors, ...relays, ...followers]) expect(each.alive).toBe(true);
    expect(await storyProblems(installation, load.clients)).toEqual([]);
  },
);
