// Schedules by seed, and the cluster double under them: what it has acknowledged is committed once, and all members end with one log.
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../support/src/eventually.js';
import type { EventStoreDbCluster } from './cluster.js';
import type { AppendAnswer } from './raw-calls.js';
import { playSchedule, randomSchedule, type ScheduledStep } from './schedule.js';
import { closeAll, idsOf, openAppends, openCluster } from './test-cluster.js';

afterEach(closeAll);

const SEEDS = Array.from({ length: 200 }, (_, index) => index + 1);
const ENDS: Readonly<Record<string, string>> = { kill: 'start', freeze: 'thaw', cutFromPeers: 'healPeers', cutFromClients: 'healClients' };

/** How many members had a trouble at once, at most, and how many have one at the end. */
function troublesOf(steps: readonly ScheduledStep[]): { readonly most: number; readonly left: number } {
  const troubles = new Map<number | 'leader', string>();
  let most = 0;
  for (const { action, member } of steps) {
    const end = ENDS[action];
    if (end === undefined) expect(troubles.get(member)).toBe(action);
    if (end === undefined) troubles.delete(member);
    else troubles.set(member, end);
    most = Math.max(most, troubles.size);
  }
  return { most, left: troubles.size };
}

describe('a schedule', () => {
  test('is the same for the same seed, and another one for another', () => {
    const ofSeed = (seed: number) => randomSchedule(seed, { durationMs: 20_000 });
    expect(ofSeed(7)).toEqual(ofSeed(7));
    expect(ofSeed(7)).not.toEqual(ofSeed(8));
  });

  test('never takes more members than a majority can do without, and ends every trouble in its time', () => {
    for (const seed of SEEDS) {
      const steps = randomSchedule(seed, { durationMs: 20_000 });
      expect(troublesOf(steps), `seed ${seed}`).toEqual({ most: 1, left: 0 });
      const lengthMs = steps.reduce((sum, { afterMs }) => sum + afterMs, 0);
      expect(lengthMs).toBeLessThanOrEqual(20_000);
      expect(lengthMs).toBeGreaterThan(18_000);
    }
    const troubles = SEEDS.map((seed) => troublesOf(randomSchedule(seed, { durationMs: 20_000, members: 5 })));
    expect(Math.max(...troubles.map(({ most }) => most))).toBe(2);
  });

  test('takes the majority on request, and still ends every trouble', () => {
    const troubles = SEEDS.map((seed) => troublesOf(randomSchedule(seed, { durationMs: 20_000, loseMajority: true })));
    expect(Math.max(...troubles.map(({ most }) => most))).toBe(3);
    expect(troubles.every(({ left }) => left === 0)).toBe(true);
  });

  test('plays every kind of trouble, with leaders and with numbered members', () => {
    const steps = SEEDS.flatMap((seed) => randomSchedule(seed, { durationMs: 20_000 }));
    expect(new Set(steps.map(({ action }) => action)).size).toBe(8);
    expect(new Set(steps.map(({ member }) => member))).toEqual(new Set([0, 1, 2, 'leader']));
  });

  test('hits the leader of the moment and ends the fault of the same member; the end of a fault that never began is skipped', async () => {
    const cluster = await openCluster();
    const leader = cluster.leader;
    const taken: unknown[] = [];
    const schedule: ScheduledStep[] = [
      { afterMs: 0, action: 'thaw', member: 1 },
      { afterMs: 0, action: 'kill', member: 'leader' },
      { afterMs: 0, action: 'start', member: 'leader' },
    ];
    await playSchedule(cluster, schedule, { onStep: ({ action }, member) => taken.push([action, member]) });
    expect(taken).toEqual([
      ['kill', leader],
      ['start', leader],
    ]);
  });

  test('that is aborted heals every member', async () => {
    const cluster = await openCluster();
    const abort = new AbortController();
    const schedule: ScheduledStep[] = [
      { afterMs: 0, action: 'kill', member: 1 },
      { afterMs: 1_000_000, action: 'start', member: 1 },
    ];
    const played = playSchedule(cluster, schedule, { signal: abort.signal });
    await eventually(() => cluster.members[1]?.isWell === false);
    abort.abort();
    await played;
    expect(cluster.members.every(({ isWell }) => isWell)).toBe(true);
  });
});

/** Acknowledged appends, by the ids of their events. */
type Acknowledged = Map<string, bigint>;

/** Appends to a stream of its own until it is stopped, at whoever leads. Sends nothing twice: an unknown outcome ends at the stream's head. */
async function write(cluster: EventStoreDbCluster, acknowledged: Acknowledged, signal: AbortSignal): Promise<void> {
  const stream = `config-test.${randomUUID()}`;
  while (!signal.aborted) {
    const leader = await eventually(() => signal.aborted || cluster.leader);
    if (leader === true) return;
    const appends = openAppends(leader.endpoint);
    for (let goesOn = true; goesOn && !signal.aborted;) {
      const id = randomUUID();
      const answer = await within(500, appends.append(stream, idsOf(cluster, stream).length - 1, [id]), appends.failed);
      goesOn = answer?.kind === 'success';
      if (answer?.kind === 'success') acknowledged.set(id, answer.position);
    }
    appends.close();
  }
}

function within(timeoutMs: number, answer: Promise<AppendAnswer>, failed: Promise<unknown>): Promise<AppendAnswer | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    void failed.then(() => resolve(undefined));
    void answer.then(resolve).finally(() => clearTimeout(timer));
  });
}

describe('a cluster under a schedule', () => {
  test.each([
    { seed: 1, loseMajority: false, replicationMs: 0 },
    { seed: 2, loseMajority: false, replicationMs: 5 },
    { seed: 3, loseMajority: true, replicationMs: 0 },
    { seed: 4, loseMajority: true, replicationMs: 5 },
  ])('has committed once what it acknowledged, and its members end with one log: %j', async ({ seed, ...options }) => {
    const { replicationMs } = options;
    const cluster = await openCluster({ seed, replicationMs, electionMs: 50, stepDownMs: 100, noticeMs: 20, commitTimeoutMs: 100 });
    const schedule = randomSchedule(seed, { durationMs: 3_000, stepMsMin: 30, stepMsMax: 250, ...options });
    const acknowledged: Acknowledged = new Map();
    const stop = new AbortController();
    const writers = [1, 2, 3].map(() => write(cluster, acknowledged, stop.signal));
    await playSchedule(cluster, schedule);
    stop.abort();
    await Promise.all(writers);
    await eventually(() =>
      cluster.members.every(
        ({ double: { log }, written }) => log.events.length === written.length && written.length === cluster.committed.length,
      ),
    );
    for (const { written } of cluster.members) expect(written.every((event, index) => event === cluster.committed[index])).toBe(true);
    const committed = new Map(cluster.committed.map(({ id, position }) => [id, position]));
    expect(committed.size).toBe(cluster.committed.length);
    expect(acknowledged.size).toBeGreaterThan(5);
    for (const [id, position] of acknowledged) expect(committed.get(id), `seed ${seed}`).toBe(position);
  });
});
