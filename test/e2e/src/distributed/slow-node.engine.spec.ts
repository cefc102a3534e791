// A node that hangs longer than its group waits for it: no writer, no relay and no other node notices, and it catches up beside what it runs.
import { eventually } from '@confledger/test-support';
import { expect } from 'vitest';
import { test } from './distributed-test.js';
import { startLoad } from './load.js';
import { storyProblems } from './story.js';

const SERVICE = 'trading-engine';
const LONG = { timeoutMs: 60_000 };
/** Three times the session timeout of the node. */
const HANGS_MS = 18_000;
const SESSION_TIMEOUT_MS = 6_000;
/** Nobody waits for a node, so the speed is the same; a busy machine decides the rest. */
const SPEED_LEFT_MIN = 0.25;
const SPEED_WINDOW_MS = 5_000;
const CAUGHT_UP_MS_MAX = 20_000;

test(
  'a node that hangs beyond its session slows nobody down, runs on, and catches up by a reading of its own',
  { timeout: 240_000 },
  async ({ start }) => {
    const installation = await start({ store: 'eventstoredb', follow: [SERVICE] });
    const slow = installation.follow(SERVICE, SESSION_TIMEOUT_MS);
    const { followers } = installation;
    const relay = await installation.active('relay');
    const load = startLoad(installation, 'load', [SERVICE], 4);
    await eventually(() => followers.every((follower) => follower.now()?.state === 'ready'), LONG);
    const speedBefore = await load.speedOver(SPEED_WINDOW_MS);

    slow.pause();
    const [before, carried] = [slow.now(), await relay.metric('feed_position')];
    const speed = await load.speedOver(HANGS_MS);
    expect(speed).toBeGreaterThan(SPEED_LEFT_MIN * speedBefore);
    expect(load.unserved()).toEqual([]);
    expect(await relay.metric('feed_position')).toBeGreaterThan(carried ?? 0);
    for (const follower of followers) if (follower !== slow) expect(follower.now()).toMatchObject({ state: 'ready', problem: null });
    const newest = Math.max(...followers.map((follower) => follower.now()?.activation ?? 0));
    expect(newest).toBeGreaterThan(before?.activation ?? newest);

    const told = slow.told().length;
    slow.resume();
    const resumed = performance.now();
    await eventually(() => slow.now()?.state === 'ready' && (slow.now()?.activation ?? 0) >= newest, { timeoutMs: CAUGHT_UP_MS_MAX });
    console.log(
      `${Math.round(speed)} commands a second, ${Math.round(speedBefore)} before; caught up after ${Math.round(performance.now() - resumed)} ms`,
    );
    // Whatever it says on the way there, it runs something.
    const onTheWay = slow
      .told()
      .slice(told)
      .map(({ state }) => state);
    expect(onTheWay.filter((state) => state !== 'ready' && state !== 'stale')).toEqual([]);
    await load.stop();
    expect(await storyProblems(installation, load.clients)).toEqual([]);
  },
);
