// Shared by the specs of the cluster double: opens clusters and clients that are closed after each test, and finds members.
import { EventStoreDBClient } from '@eventstore/db-client';
import { eventually } from '../../../support/src/eventually.js';
import { eventStoreDbCluster, type EventStoreDbCluster, type EventStoreDbClusterOptions } from './cluster.js';
import type { Endpoint } from './endpoint.js';
import type { ClusterMember } from './member.js';
import { rawAppends, type RawAppends } from './raw-calls.js';
import { eventStoreDbDouble, type EventStoreDbDouble, type EventStoreDbDoubleOptions } from './server.js';

const closers: (() => Promise<unknown> | void)[] = [];

/** Closes what the functions below have opened, the newest first. For `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}

export async function openCluster(options: EventStoreDbClusterOptions = {}): Promise<EventStoreDbCluster> {
  const cluster = await eventStoreDbCluster(options);
  closers.push(() => cluster.close());
  return cluster;
}

export async function openDouble(options: EventStoreDbDoubleOptions = {}): Promise<EventStoreDbDouble> {
  const double = await eventStoreDbDouble(options);
  closers.push(() => double.close());
  return double;
}

export function openAppends(endpoint: Endpoint, requiresLeader = true): RawAppends {
  const appends = rawAppends(endpoint, requiresLeader);
  closers.push(() => appends.close());
  return appends;
}

export function openClient(connectionString: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(connectionString);
  closers.push(() => client.dispose());
  return client;
}

export function leaderOf(cluster: EventStoreDbCluster): ClusterMember {
  const { leader } = cluster;
  if (leader === undefined) throw new Error('The cluster has no leader.');
  return leader;
}

export function followersOf(cluster: EventStoreDbCluster): readonly [ClusterMember, ...ClusterMember[]] {
  const [first, ...others] = cluster.members.filter((member) => member !== cluster.leader);
  if (first === undefined) throw new Error('The cluster has no followers.');
  return [first, ...others];
}

export function newLeader(cluster: EventStoreDbCluster, old: ClusterMember): Promise<ClusterMember> {
  return eventually(() => cluster.leader !== old && cluster.leader);
}

/** Ids of the committed events of a stream. */
export function idsOf(cluster: EventStoreDbCluster, stream: string): readonly string[] {
  return cluster.committed.filter((event) => event.stream === stream).map(({ id }) => id);
}

/** Kills members until the one that is left has no majority, and knows of no leader. */
export async function withoutMajority(cluster: EventStoreDbCluster): Promise<ClusterMember> {
  const [last, ...others] = followersOf(cluster);
  for (const member of [leaderOf(cluster), ...others]) member.kill();
  await eventually(() => last.state === 'UNKNOWN');
  return last;
}
