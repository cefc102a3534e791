// The active relay, and the active projector, stand still in the middle of their work and keep every connection, as on a machine that hangs:
// another takes over within seconds, and who wakes up late changes nothing any more.
import { eventually } from '@confledger/test-support';
import { expect } from 'vitest';
import { test } from './distributed-test.js';
import type { Installation } from './installation.js';
import { startLoad } from './load.js';
import type { Part } from './part.js';
import { storyProblems } from './story.js';
import { recordsOf } from './topic-records.js';

const SERVICES = ['trading-engine', 'risk-gateway'];
/** The lock is free after 5 s of silence; then the successor reads the topic. A node calls itself stale after 15 s. */
const TAKEOVER = { timeoutMs: 14_000 };
const LONG = { timeoutMs: 60_000 };

/** The one that is active, and the one that stands by. */
async function both(installation: Installation, name: 'projector' | 'relay'): Promise<{ readonly active: Part; readonly standby: Part }> {
  const active = await installation.active(name);
  const standby = (name === 'relay' ? installation.relays : installation.projectors).find((part) => part !== active);
  if (standby === undefined) throw new Error(`there is one ${name} only`);
  return { active, standby };
}

const isActive = async (part: Part): Promise<boolean> => (await part.health())?.state === 'active';
const isStandby = async (part: Part): Promise<boolean> => (await part.health())?.state === 'standby';

test.for(['postgres', 'eventstoredb'] as const)(
  'on %s, a relay that hangs is replaced before any node is stale, and is standby when it wakes up',
  { timeout: 240_000 },
  async (store, { kafka, start }) => {
    const installation = await start({ store, relays: 2, projectors: 1, follow: SERVICES });
    const { followers, activeTopic } = installation;
    const load = startLoad(installation, `late-${store}`, SERVICES);
    await eventually(() => followers.every((follower) => follower.now()?.state === 'ready' && load.acknowledged() > 50), LONG);
    const { active: late, standby: successor } = await both(installation, 'relay');

    late.pause();
    const ranBefore = followers.map((follower) => follower.now()?.activation ?? -1);
    await eventually(() => isActive(successor), TAKEOVER);
    await eventually(() => followers.every((follower, index) => (follower.now()?.activation ?? -1) > (ranBefore[index] ?? -1)), LONG);
    const saidBefore = late.printed().length;
    late.resume();
    await eventually(() => isStandby(late), LONG);
    await eventually(() => /another relay (took over|is active)/.test(late.printed().slice(saidBefore)));
    expect(late.printed().slice(saidBefore)).not.toContain('"alarm"');
    expect(await isActive(successor)).toBe(true);

    await load.stop();
    expect(await storyProblems(installation, load.clients)).toEqual([]);
    expect(followers.flatMap((follower) => follower.told()).filter(({ state }) => state === 'stale')).toEqual([]);
    // Each partition is written by one relay, then by the other: nothing of the first lies behind the second's.
    const epochs = new Map<number, number>();
    for (const { partition, epoch } of await recordsOf(kafka.brokers, activeTopic)) {
      expect(epoch).toBeGreaterThanOrEqual(epochs.get(partition) ?? 0);
      epochs.set(partition, epoch);
    }
  },
);

test.for(['postgres', 'eventstoredb'] as const)(
  'on %s, a projector that hangs is replaced, and counts nothing twice when it wakes up',
  { timeout: 240_000 },
  async (store, { start }) => {
    const installation = await start({ store, relays: 1, projectors: 2 });
    const load = startLoad(installation, `late-${store}`, SERVICES);
    await eventually(() => load.acknowledged() > 50, LONG);
    const { active: late, standby: successor } = await both(installation, 'projector');

    late.pause();
    await eventually(() => isActive(successor), TAKEOVER);
    const atTakeover = load.acknowledged();
    await eventually(() => load.acknowledged() > atTakeover + 20, LONG);
    late.resume();
    await eventually(() => isStandby(late), LONG);
    expect(await isActive(successor)).toBe(true);

    await load.stop();
    expect(await storyProblems(installation, load.clients)).toEqual([]);
  },
);
