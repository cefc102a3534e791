// A cluster of two nodes: the leader is found, followed, and found again.
import { randomUUID } from 'node:crypto';
import type { EventStore, EventToAppend } from '@confledger/application';
import { eventStoreDbDouble, type EventStoreDbDouble } from '@confledger/doubles';
import { eventually } from '@confledger/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEventStoreDbEventStore } from './index.js';

let nodes: readonly [EventStoreDbDouble, EventStoreDbDouble];
let store: EventStore;
const newStream = (): string => `config-test.${randomUUID()}`;
const newEvent = (): EventToAppend => ({ id: randomUUID(), type: 'ConfigSet', data: '{}', metadata: '{}' });

beforeEach(async () => {
  nodes = [await eventStoreDbDouble(), await eventStoreDbDouble()];
  const hosts = nodes.map(({ host, port }) => `${host}:${port}`).join(',');
  store = createEventStoreDbEventStore({ connectionString: `esdb://${hosts}?tls=false` });
});
afterEach(async () => {
  await store.close();
  for (const node of nodes) await node.close();
});

describe('a store over a cluster', () => {
  test('finds the leader and appends and reads there', async () => {
    const [follower, leader] = nodes;
    follower.faults.leader = leader;
    const stream = newStream();
    await store.append(stream, -1, [newEvent()]);
    expect(leader.log.stream(stream)).toHaveLength(1);
    expect(await store.readStream(stream, { limit: 1 })).toHaveLength(1);
    expect(follower.counts.appends).toBe(0);
  });

  test('goes to the new leader when the old one has died, with appends and with its subscription', async () => {
    const [second, first] = nodes;
    second.faults.leader = first;
    const abort = new AbortController();
    const streams: string[] = [];
    const reading = (async () => {
      for await (const events of store.subscribe({ after: 0n, signal: abort.signal })) streams.push(...events.map(({ stream }) => stream));
    })();
    await store.append(newStream(), -1, [newEvent()]);
    await eventually(() => streams.length === 1);
    first.shutdown();
    second.faults.leader = undefined;
    const stream = newStream();
    await eventually(async () => (await store.append(stream, -1, [newEvent()])).outcome === 'appended');
    expect(second.log.stream(stream)).toHaveLength(1);
    // The two logs of these doubles are not one; what matters is that the subscription listens to the node that is left.
    await eventually(() => second.subscriptions === 1);
    abort.abort();
    await reading;
  });
});

test('a connection string with a user works without TLS too, where the client leaves the user out', async () => {
  const [node] = nodes;
  const named = createEventStoreDbEventStore({ connectionString: `esdb://admin:change%40it@${node.host}:${node.port}?tls=false` });
  expect(await named.append(newStream(), -1, [newEvent()])).toMatchObject({ outcome: 'appended' });
  expect(await named.readAll({ after: 0n, limit: 1 })).toHaveLength(1);
  await named.close();
});
