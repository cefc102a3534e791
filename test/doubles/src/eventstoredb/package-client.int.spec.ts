// What the client of the package does in a cluster, which is why adapters mend it, and that clients may be other processes.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { jsonEvent, START } from '@eventstore/db-client';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../../../support/src/eventually.js';
import { closeAll, followersOf, idsOf, leaderOf, newLeader, openClient, openCluster } from './test-cluster.js';

afterEach(closeAll);

const newStream = (): string => `config-test.${randomUUID()}`;
const newEvent = () => jsonEvent({ type: 'ConfigSet', data: {} });

/** The rejections that nobody handled while `act` ran, and until there is one. */
async function unhandledRejections(act: () => Promise<void>): Promise<readonly unknown[]> {
  const others = process.rawListeners('unhandledRejection') as NodeJS.UnhandledRejectionListener[];
  const rejections: unknown[] = [];
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', (reason) => rejections.push(reason));
  try {
    await act();
    await eventually(() => rejections.length > 0);
    return rejections;
  } finally {
    process.removeAllListeners('unhandledRejection');
    for (const listener of others) process.on('unhandledRejection', listener);
  }
}

test('the client leaves a rejection unhandled when a call fails while it looks for a leader in vain: a process would end', async () => {
  const cluster = await openCluster();
  const leader = leaderOf(cluster);
  const client = openClient(`${cluster.connectionString}&maxDiscoverAttempts=3&discoveryInterval=50`);
  const stream = newStream();
  await client.appendToStream(stream, newEvent());
  const subscription = client.subscribeToAll({ fromPosition: START });
  subscription.on('data', () => undefined).on('error', () => undefined);
  await eventually(() => leader.double.subscriptions === 1);
  for (const follower of followersOf(cluster)) follower.kill();
  await eventually(() => cluster.leader === undefined && !leader.isLeader);
  const read = async (): Promise<void> => {
    for await (const _ of client.readStream(stream, { requiresLeader: true }));
  };
  const rejections = await unhandledRejections(async () => {
    // Unavailable: the client leaves the channel, on which the subscription goes on.
    await expect(read()).rejects.toMatchObject({ type: 'unavailable' });
    const looking = read();
    // The subscription breaks. Client.handleError awaits the channel that is being looked for, and nobody awaits Client.handleError.
    leader.kill();
    await expect(looking).rejects.toThrow('Failed to discover');
  });
  // One for each call that broke: the subscription and the stream of appends.
  for (const rejection of rejections) expect(rejection).toMatchObject({ message: 'Failed to discover after 3 attempts.' });
});

test('the client finds the new leader after a failover, and a subscription that is made again misses nothing', async () => {
  const cluster = await openCluster();
  const old = leaderOf(cluster);
  const client = openClient(cluster.connectionString);
  const stream = newStream();
  const append = () => client.appendToStream(stream, newEvent(), { requiresLeader: true });
  await append();
  old.kill();
  await newLeader(cluster, old);
  await eventually(append);
  const ids: string[] = [];
  for await (const { event } of client.readAll()) if (event?.streamId === stream) ids.push(event.id);
  expect(ids).toEqual(idsOf(cluster, stream));
  expect(ids).toHaveLength(2);
});

const PROGRAM = `
  import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
  const [connectionString, stream] = process.argv.slice(1);
  const client = EventStoreDBClient.connectionString(connectionString);
  const { nextExpectedRevision } = await client.appendToStream(stream, jsonEvent({ type: 'ConfigSet', data: {} }));
  console.log(String(nextExpectedRevision));
  process.exit();
`;

test('a client in another process uses the cluster like one in this', async () => {
  const cluster = await openCluster();
  const stream = newStream();
  for (const [revision, connectionString] of [cluster.connectionString, cluster.discoverString].entries()) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, connectionString, stream], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (chunk) => (printed += String(chunk)));
    const exitCode = await new Promise((resolve) => child.on('exit', resolve));
    expect({ exitCode, printed }).toEqual({ exitCode: 0, printed: `${revision}\n` });
  }
  expect(idsOf(cluster, stream)).toHaveLength(2);
});
