// The cluster double's rules, one by one: with the client of the package where it can be used, and with raw calls to one member where not.
import { randomUUID } from 'node:crypto';
import { jsonEvent, START, streamNameFilter, type AllStreamSubscription } from '@eventstore/db-client';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../support/src/eventually.js';
import type { ClusterMember } from './member.js';
import { rawGossip, rawRead } from './raw-calls.js';
import {
  closeAll,
  followersOf,
  idsOf,
  leaderOf,
  newLeader,
  openAppends,
  openClient,
  openCluster,
  withoutMajority,
} from './test-cluster.js';

afterEach(closeAll);

const NEVER_MS = 1_000_000;
const NOT_READY = { kind: 'error', code: 0, message: 'Server Is Not Ready', details: 'google.protobuf.Empty' };
const TIMEOUT = { kind: 'error', details: 'event_store.client.Timeout' };
const newStream = (): string => `config-test.${randomUUID()}`;

describe('a cluster', () => {
  test('names every member in its gossip, by stable ids and the addresses of clients, with one leader', async () => {
    const cluster = await openCluster();
    for (const { endpoint } of cluster.members) {
      const gossip = await rawGossip(endpoint);
      expect(gossip.map(({ state }) => state).sort()).toEqual(['FOLLOWER', 'FOLLOWER', 'LEADER']);
      expect(gossip.every(({ isAlive }) => isAlive)).toBe(true);
      expect(new Set(gossip.map(({ port }) => port))).toEqual(new Set(cluster.members.map((member) => member.endpoint.port)));
      expect(gossip.map(({ instanceId }) => instanceId).sort()).toEqual(cluster.members.map(({ instanceId }) => instanceId).sort());
    }
  });

  test('takes appends through the client of the package, and shows them at every member', async () => {
    const cluster = await openCluster();
    const stream = newStream();
    for (const connectionString of [cluster.connectionString, cluster.discoverString]) {
      const client = openClient(connectionString);
      const appended = await client.appendToStream(stream, jsonEvent({ type: 'ConfigSet', data: {} }));
      expect(appended.success).toBe(true);
    }
    expect(leaderOf(cluster).double.counts.appends).toBe(2);
    for (const { endpoint } of cluster.members) await eventually(async () => (await rawRead(endpoint, stream, false)).length === 2);
  });

  test('lists managers and read-only replicas on request, and elects none of them', async () => {
    const cluster = await openCluster({ bystanders: ['MANAGER', 'READONLYREPLICA'] });
    const gossip = await rawGossip(leaderOf(cluster).endpoint);
    expect(gossip.map(({ state }) => state).sort()).toEqual(['FOLLOWER', 'FOLLOWER', 'LEADER', 'MANAGER', 'READONLYREPLICA']);
  });

  test('chooses its first leader by its seed', async () => {
    const first = async (seed: number): Promise<number> => leaderOf(await openCluster({ seed })).index;
    const leaders = await Promise.all([1, 2, 3, 4, 5, 6].map(first));
    expect(await Promise.all([1, 2, 3, 4, 5, 6].map(first))).toEqual(leaders);
    expect(new Set(leaders).size).toBeGreaterThan(1);
  });
});

describe('a member that does not lead', () => {
  test('names the leader to what requires it: reads, and the whole stream of appends', async () => {
    const cluster = await openCluster();
    const [follower] = followersOf(cluster);
    const { port } = leaderOf(cluster).endpoint;
    const { failed, append } = openAppends(follower.endpoint);
    void append(newStream(), -1);
    for (const error of [await failed, await rawRead(follower.endpoint, newStream(), true).catch((error: unknown) => error)]) {
      expect(error).toMatchObject({ code: 5 });
      const { metadata } = error as { metadata: { get(key: string): string[] } };
      expect(metadata.get('exception')).toEqual(['not-leader']);
      expect(metadata.get('leader-endpoint-port')).toEqual([String(port)]);
    }
  });

  test('hands appends that do not require the leader on to it', async () => {
    const cluster = await openCluster();
    const [follower] = followersOf(cluster);
    const stream = newStream();
    expect(await openAppends(follower.endpoint, false).append(stream, -1)).toMatchObject({ kind: 'success', revision: 0 });
    expect(await rawRead(leaderOf(cluster).endpoint, stream, true)).toEqual([0]);
  });

  test('sends the client of the package to the leader, at its second attempt', async () => {
    const cluster = await openCluster();
    const [follower] = followersOf(cluster);
    const client = openClient(follower.connectionString);
    const append = () => client.appendToStream(newStream(), jsonEvent({ type: 'ConfigSet', data: {} }), { requiresLeader: true });
    await expect(append()).rejects.toMatchObject({ type: 'not-leader' });
    expect(await append()).toMatchObject({ success: true });
  });
});

describe('between two leaders', () => {
  test('appends are refused inside their stream, reads that require the leader too, other reads are served', async () => {
    const cluster = await openCluster();
    const stream = newStream();
    expect(await openAppends(leaderOf(cluster).endpoint).append(stream, -1)).toMatchObject({ kind: 'success' });
    const last = await withoutMajority(cluster);
    const appends = openAppends(last.endpoint);
    expect(await appends.append(newStream(), -1)).toEqual(NOT_READY);
    expect(await appends.append(newStream(), -1)).toEqual(NOT_READY);
    await expect(rawRead(last.endpoint, stream, true)).rejects.toMatchObject({ code: 14, details: 'Server Is Not Ready' });
    expect(await rawRead(last.endpoint, stream, false)).toEqual([0]);
    expect(cluster.leader).toBeUndefined();
    const gossip = await rawGossip(last.endpoint);
    expect(gossip.filter(({ state, isAlive }) => isAlive && state === 'LEADER')).toEqual([]);
    expect(gossip.map(({ isAlive }) => isAlive)).toEqual([true, false, false]);
  });

  test('a majority that comes back elects a leader, which takes appends again', async () => {
    const cluster = await openCluster();
    const stream = newStream();
    const client = openClient(cluster.connectionString);
    const append = () => client.appendToStream(stream, jsonEvent({ type: 'ConfigSet', data: {} }));
    await append();
    const last = await withoutMajority(cluster);
    await expect(append()).rejects.toBeInstanceOf(Error);
    const [other] = cluster.members.filter((member) => member !== last);
    await other?.start();
    await eventually(() => cluster.leader);
    await eventually(async () => (await append()).success);
    expect(idsOf(cluster, stream)).toHaveLength(2);
  });

  test('a leader that was killed is followed by another, and follows it when it comes back', async () => {
    const cluster = await openCluster();
    const stream = newStream();
    const old = leaderOf(cluster);
    await openAppends(old.endpoint).append(stream, -1);
    old.kill();
    const leader = await newLeader(cluster, old);
    expect(await openAppends(leader.endpoint).append(stream, 0)).toMatchObject({ kind: 'success', revision: 1 });
    await old.start();
    await eventually(() => old.state === 'FOLLOWER');
    expect(await rawRead(old.endpoint, stream, false)).toEqual([0, 1]);
  });

  test('the member with the most complete log is elected, whatever the seed', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const cluster = await openCluster({ seed, electionMs: 50 });
      const old = leaderOf(cluster);
      const [behind, complete] = followersOf(cluster);
      const stream = newStream();
      behind.freeze();
      await openAppends(old.endpoint).append(stream, -1);
      old.freeze();
      behind.thaw();
      expect(await newLeader(cluster, old), `seed ${seed}`).toBe(complete);
      expect(behind.written.length).toBeLessThanOrEqual(complete?.written.length ?? 0);
    }
  });

  test('a member that has only begun to follow a newer leader does not win against a log that is more complete', async () => {
    const cluster = await openCluster({ electionMs: 50 });
    const complete = leaderOf(cluster);
    const [behind, leader] = followersOf(cluster);
    behind.freeze();
    const stream = newStream();
    await openAppends(complete.endpoint).append(stream, -1);
    complete.kill();
    behind.thaw();
    // It catches up at the next heartbeat, so there is no time to poll.
    while (behind.state !== 'CATCHINGUP') await new Promise((resolve) => setImmediate(resolve));
    leader?.kill();
    expect(behind.double.log.stream(stream)).toBeUndefined();
    await complete.start();
    expect(await eventually(() => cluster.leader)).toBe(complete);
    await eventually(() => behind.double.log.stream(stream)?.length === 1);
  });

  test('a frozen leader can be elected again: the others send clients to it, until they elect another', async () => {
    const cluster = await openCluster({ frozenElections: 1, electionMs: 50, noticeMs: 1_000 });
    const old = leaderOf(cluster);
    const [follower] = followersOf(cluster);
    old.freeze();
    await eventually(() => follower.state === 'UNKNOWN');
    await eventually(() => follower.state === 'CATCHINGUP');
    const gossip = await rawGossip(follower.endpoint);
    expect(gossip.find(({ port }) => port === old.endpoint.port)).toMatchObject({ state: 'LEADER', isAlive: true });
    const leader = await newLeader(cluster, old);
    expect(await openAppends(leader.endpoint).append(newStream(), -1)).toMatchObject({ kind: 'success' });
  });

  test('all members that are killed and started again still have what was committed', async () => {
    const cluster = await openCluster();
    const stream = newStream();
    await openAppends(leaderOf(cluster).endpoint).append(stream, -1);
    for (const member of cluster.members) member.kill();
    expect(cluster.leader).toBeUndefined();
    await cluster.heal();
    const leader = await eventually(() => cluster.leader);
    expect(await rawRead(leader.endpoint, stream, true)).toEqual([0]);
    expect(await openAppends(leader.endpoint).append(stream, 0)).toMatchObject({ revision: 1 });
  });
});

describe('a member that is killed', () => {
  test('resets its connections and new ones, also those that it accepted while it was frozen', async () => {
    const cluster = await openCluster();
    const [member] = followersOf(cluster);
    const appends = openAppends(member.endpoint, false);
    await appends.append(newStream(), -1);
    member.freeze();
    const waiting = rawGossip(member.endpoint).catch((error: unknown) => error);
    await eventually(() => member.connections === 2);
    member.kill();
    await expect(appends.failed).resolves.toMatchObject({ code: 14 });
    expect(await waiting).toMatchObject({ code: 14 });
    await expect(rawGossip(member.endpoint)).rejects.toMatchObject({ code: 14 });
    expect(member.state).toBe('SHUTDOWN');
  });

  test('by itself, to cut off what the others do not have, stays down where nobody starts it', async () => {
    const cluster = await openCluster({ stepDownMs: NEVER_MS, restartMs: Infinity });
    const old = leaderOf(cluster);
    old.cutFromPeers();
    await openAppends(old.endpoint).append(newStream(), -1);
    await newLeader(cluster, old);
    old.healPeers();
    await eventually(() => old.state === 'SHUTDOWN');
    expect(old.cutOff).toHaveLength(1);
    const appends = openAppends(leaderOf(cluster).endpoint);
    for (let index = 0; index < 50; index += 1) await appends.append(newStream(), -1);
    expect(old.state).toBe('SHUTDOWN');
    await old.start();
    await eventually(() => old.state === 'FOLLOWER');
  });
});

describe('an append', () => {
  test('is answered only once a majority has it', async () => {
    const cluster = await openCluster({ stepDownMs: NEVER_MS, commitTimeoutMs: NEVER_MS, noticeMs: NEVER_MS });
    const leader = leaderOf(cluster);
    const stream = newStream();
    leader.cutFromPeers();
    let answered = false;
    const answer = openAppends(leader.endpoint)
      .append(stream, -1)
      .finally(() => (answered = true));
    await eventually(() => leader.written.some((event) => event.stream === stream));
    expect(await rawRead(leader.endpoint, stream, true)).toEqual([]);
    expect(answered).toBe(false);
    leader.healPeers();
    expect(await answer).toMatchObject({ kind: 'success', revision: 0 });
    expect(idsOf(cluster, stream)).toHaveLength(1);
  });

  test('that is sent again before it is replicated is dropped without an answer, and found when it is', async () => {
    const cluster = await openCluster({ stepDownMs: NEVER_MS, commitTimeoutMs: NEVER_MS, noticeMs: NEVER_MS });
    const leader = leaderOf(cluster);
    const [stream, id] = [newStream(), randomUUID()];
    leader.cutFromPeers();
    const appends = openAppends(leader.endpoint);
    const first = appends.append(stream, -1, [id]);
    let dropped = true;
    void appends.append(stream, -1, [id]).finally(() => (dropped = false));
    await eventually(() => leader.double.counts.appends === 2);
    leader.healPeers();
    const answer = await first;
    expect(answer).toMatchObject({ kind: 'success' });
    expect(await appends.append(stream, -1, [id])).toEqual(answer);
    expect(dropped).toBe(true);
    expect(idsOf(cluster, stream)).toEqual([id]);
  });

  test('that is replicated late is answered late', async () => {
    const cluster = await openCluster({ replicationMs: 30 });
    const startMs = performance.now();
    expect(await openAppends(leaderOf(cluster).endpoint).append(newStream(), -1)).toMatchObject({ kind: 'success' });
    expect(performance.now() - startMs).toBeGreaterThan(25);
  });
});

describe('a leader that its peers do not hear', () => {
  test('gives appends up, steps down, and then refuses them inside the open stream with the code OK', async () => {
    const cluster = await openCluster();
    const old = leaderOf(cluster);
    const stream = newStream();
    const appends = openAppends(old.endpoint);
    expect(await appends.append(stream, -1)).toMatchObject({ kind: 'success' });
    old.cutFromPeers();
    expect(await appends.append(stream, 0)).toMatchObject(TIMEOUT);
    await eventually(() => !old.isLeader);
    expect(await appends.append(stream, 0)).toEqual(NOT_READY);
    expect(await appends.append(stream, 0)).toEqual(NOT_READY);
    await newLeader(cluster, old);
    old.healPeers();
    await eventually(() => old.state === 'FOLLOWER');
    // It had written the append that it gave up, so it has ended itself to cut it off.
    await expect(appends.failed).resolves.toBeInstanceOf(Error);
  });

  test('loses what only it has written, and the new leader gives the same revision and position out again', async () => {
    const cluster = await openCluster({ stepDownMs: NEVER_MS });
    const old = leaderOf(cluster);
    const [stream, lost, kept] = [newStream(), randomUUID(), randomUUID()];
    old.cutFromPeers();
    expect(await openAppends(old.endpoint).append(stream, -1, [lost])).toMatchObject(TIMEOUT);
    const leader = await newLeader(cluster, old);
    const answer = await openAppends(leader.endpoint).append(stream, -1, [kept]);
    expect(answer).toEqual({ kind: 'success', revision: 0, position: old.written.at(-1)?.position });
    expect([old.isLeader, leader.isLeader]).toEqual([true, true]);
    old.healPeers();
    await eventually(() => old.state === 'FOLLOWER');
    expect(old.cutOff.map(({ id }) => id)).toEqual([lost]);
    for (const { double } of cluster.members) await eventually(() => double.log.stream(stream)?.[0]?.id === kept);
    expect(idsOf(cluster, stream)).toEqual([kept]);
  });

  test('shows in gossip a majority that is dead, while the new leader shows one that is alive: both say that they lead', async () => {
    const cluster = await openCluster({ stepDownMs: NEVER_MS });
    const old = leaderOf(cluster);
    old.cutFromPeers();
    const leader = await newLeader(cluster, old);
    const alive = async (member: ClusterMember) => {
      const gossip = await rawGossip(member.endpoint);
      expect(gossip[0]).toMatchObject({ state: 'LEADER', isAlive: true, port: member.endpoint.port });
      return gossip.filter(({ isAlive }) => isAlive).length;
    };
    expect(await alive(old)).toBe(1);
    expect(await alive(leader)).toBe(2);
  });
});

describe('a member that is frozen', () => {
  test('accepts connections, answers nothing, and is not heard by its peers, who elect another leader', async () => {
    const cluster = await openCluster();
    const old = leaderOf(cluster);
    old.freeze();
    await expect(rawGossip(old.endpoint, 300)).rejects.toMatchObject({ code: 4 });
    const leader = await newLeader(cluster, old);
    const gossip = await rawGossip(leader.endpoint);
    expect(gossip.find(({ port }) => port === old.endpoint.port)).toMatchObject({ isAlive: false });
    expect(await openAppends(leader.endpoint).append(newStream(), -1)).toMatchObject({ kind: 'success' });
  });

  test('goes on as the leader when it thaws, until it hears of the newer one, and then loses what it has written', async () => {
    const cluster = await openCluster({ noticeMs: 300, commitTimeoutMs: NEVER_MS });
    const old = leaderOf(cluster);
    const [stream, lost] = [newStream(), randomUUID()];
    const appends = openAppends(old.endpoint);
    await appends.append(stream, -1);
    old.freeze();
    await newLeader(cluster, old);
    void appends.append(stream, 0, [lost]);
    old.thaw();
    expect(old.isLeader).toBe(true);
    await eventually(() => old.state === 'FOLLOWER');
    expect(old.cutOff.map(({ id }) => id)).toEqual([lost]);
  });

  test('that is not the leader changes nothing for clients, and has caught up when it thaws', async () => {
    const cluster = await openCluster();
    const [follower] = followersOf(cluster);
    const stream = newStream();
    follower.freeze();
    expect(await openAppends(leaderOf(cluster).endpoint).append(stream, -1)).toMatchObject({ kind: 'success' });
    expect(follower.double.log.stream(stream)).toBeUndefined();
    follower.thaw();
    await eventually(() => follower.double.log.stream(stream)?.length === 1);
  });
});

describe('a member that clients do not reach', () => {
  test('goes on leading: silent, or refusing connections', async () => {
    const cluster = await openCluster();
    const leader = leaderOf(cluster);
    leader.cutFromClients();
    await expect(rawGossip(leader.endpoint, 200)).rejects.toMatchObject({ code: 4 });
    leader.cutFromClients('refusal');
    await expect(rawGossip(leader.endpoint)).rejects.toMatchObject({ code: 14 });
    expect(cluster.leader).toBe(leader);
    leader.healClients();
    expect(await openAppends(leader.endpoint).append(newStream(), -1)).toMatchObject({ kind: 'success' });
  });
});

describe('a subscription', () => {
  test('delivers at every member what is committed, and nothing that is lost', async () => {
    const cluster = await openCluster({ stepDownMs: NEVER_MS });
    const stream = newStream();
    const old = leaderOf(cluster);
    const seen = cluster.members.map((member) => follow(member, stream));
    const [first, lost, last] = [randomUUID(), randomUUID(), randomUUID()];
    await openAppends(old.endpoint).append(stream, -1, [first]);
    await eventually(() => seen.every((ids) => ids.length === 1));
    old.cutFromPeers();
    expect(await openAppends(old.endpoint).append(stream, 0, [lost])).toMatchObject(TIMEOUT);
    await openAppends((await newLeader(cluster, old)).endpoint).append(stream, 0, [last]);
    await eventually(() => seen.filter((ids) => ids.length === 2).length === 2);
    expect(seen.map((ids) => ids.join()).sort()).toEqual([[first], [first, last], [first, last]].map((ids) => ids.join()).sort());
  });
});

/** The ids of a stream's events, as a subscription of the package's client to one member sees them. */
function follow(member: ClusterMember, stream: string): readonly string[] {
  const ids: string[] = [];
  const filter = streamNameFilter({ prefixes: [stream] });
  const subscription: AllStreamSubscription = openClient(member.connectionString).subscribeToAll({ fromPosition: START, filter });
  subscription.on('data', ({ event }) => event && ids.push(event.id)).on('error', () => undefined);
  return ids;
}
