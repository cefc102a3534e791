// Logs that are not what they were: set back to an older state, replaced by another, emptied. Of one double and of a cluster.
import { randomUUID } from 'node:crypto';
import { jsonEvent, START, streamNameFilter } from '@eventstore/db-client';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../support/src/eventually.js';
import { EventLog, type LogEvent } from './log.js';
import { appendForeign } from './node.js';
import { rawRead } from './raw-calls.js';
import { closeAll, idsOf, leaderOf, openAppends, openClient, openCluster, openDouble } from './test-cluster.js';

afterEach(closeAll);

const newStream = (): string => `config-test.${randomUUID()}`;
const places = (events: readonly LogEvent[]) => events.map(({ id, position }) => ({ id, position }));

describe('a double whose log was set back', () => {
  test('keeps what came before, and gives the places of what is gone to other events', async () => {
    const double = await openDouble();
    const [stream, ids] = [newStream(), [randomUUID(), randomUUID(), randomUUID()]];
    await openAppends(double).append(stream, -1, ids);
    const before = places(double.log.events);
    await double.setBackTo(double.log.events.length - 2);
    expect(places(double.log.events)).toEqual(before.slice(0, -2));
    const other = randomUUID();
    const answer = await openAppends(double).append(stream, 0, [other]);
    expect(answer).toEqual({ kind: 'success', revision: 1, position: before.at(-2)?.position });
    expect(places(double.log.events)).toEqual([...before.slice(0, -2), { id: other, position: before.at(-2)?.position }]);
  });

  test('breaks every connection, as a restart does', async () => {
    const double = await openDouble();
    const stream = newStream();
    const appends = openAppends(double);
    await appends.append(stream, -1);
    const subscription = openClient(double.connectionString).subscribeToAll({
      fromPosition: START,
      filter: streamNameFilter({ prefixes: [stream] }),
    });
    const ended = new Promise((resolve) => subscription.on('data', () => undefined).on('error', resolve));
    await eventually(() => double.subscriptions === 1);
    await double.setBackTo(double.log.events.length - 1);
    await expect(ended).resolves.toBeInstanceOf(Error);
    await expect(appends.failed).resolves.toBeInstanceOf(Error);
    expect(await rawRead(double, stream, false)).toEqual([]);
  });
});

describe('a double behind whose address another database begins', () => {
  test('shows the other log and nothing of the old one', async () => {
    const double = await openDouble();
    const stream = newStream();
    await openAppends(double).append(stream, -1);
    const other = new EventLog();
    appendForeign(other, 'orders-1');
    await double.replaceLog(other);
    expect(double.log).toBe(other);
    expect(await rawRead(double, 'orders-1', false)).toEqual([0]);
    expect(await openAppends(double).append(stream, 0)).toMatchObject({ details: 'event_store.client.WrongExpectedVersion' });
    expect(await openAppends(double).append(stream, -1)).toMatchObject({ kind: 'success', revision: 0 });
    expect(other.stream(stream)).toHaveLength(1);
  });

  test('that keeps its data in memory begins with system events of other ids at the same positions', async () => {
    const double = await openDouble();
    const before = [...double.log.events];
    await openAppends(double).append(newStream(), -1);
    await double.emptyLog();
    const after = double.log.events;
    expect(after.map(({ position }) => position)).toEqual(before.map(({ position }) => position));
    expect(after.map(({ id }) => id)).not.toEqual(before.map(({ id }) => id));
  });
});

describe('a cluster', () => {
  test('whose log was set back has the older state at every member, a leader, and grows differently', async () => {
    const cluster = await openCluster();
    const [stream, ids] = [newStream(), [randomUUID(), randomUUID()]];
    const client = openClient(cluster.connectionString);
    const append = (id: string) => client.appendToStream(stream, jsonEvent({ id, type: 'ConfigSet', data: {} }));
    for (const id of ids) await append(id);
    const gone = cluster.committed.at(-1);
    await cluster.setBackTo(cluster.committed.at(-2)?.position ?? 0n);
    for (const { double } of cluster.members) expect(double.log.stream(stream)?.map(({ id }) => id)).toEqual(ids.slice(0, 1));
    const other = randomUUID();
    await eventually(async () => (await append(other)).success);
    expect(idsOf(cluster, stream)).toEqual([ids[0], other]);
    expect(cluster.committed.at(-1)?.position).toBe(gone?.position);
  });

  test('can be emptied while members are in trouble, which ends', async () => {
    const cluster = await openCluster();
    const stream = newStream();
    await openAppends(leaderOf(cluster).endpoint).append(stream, -1);
    cluster.members[0]?.kill();
    cluster.members[1]?.cutFromPeers();
    cluster.members[2]?.cutFromClients();
    await cluster.emptyLog();
    expect(cluster.members.every(({ isWell }) => isWell)).toBe(true);
    expect(idsOf(cluster, stream)).toEqual([]);
    expect(await openAppends(leaderOf(cluster).endpoint).append(stream, -1)).toMatchObject({ kind: 'success' });
    expect(cluster.members.map(({ double: { log } }) => log.stream(stream)?.length)).toEqual([1, 1, 1]);
  });
});
