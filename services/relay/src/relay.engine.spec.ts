// Relays as processes, on a real Kafka, and on Postgres or a double of EventStoreDB: one is active, another stands by; the active one is killed under writes.
import { LedgerId } from '@confledger/domain';
import { createLedgers, ensureInstallation, type LedgersCore } from '@confledger/application';
import { eventStoreDbDouble } from '@confledger/doubles';
import { openEventStoreNow } from '@confledger/event-stores';
import { kafkaFeed } from '@confledger/feed-kafka';
import { connectNode, type TradingNode } from '@confledger/sdk';
import { createTestTopic, eventually, freshDatabase, SigningKey, sharedKafka, type SharedKafka } from '@confledger/test-support';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { pino } from 'pino';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { readConfig } from './config.js';

const NAME = LedgerId.of('production', 'trading-engine');
const LONG = { timeoutMs: 60_000 };
/** Built: `npm run test:engines` builds first. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let kafka: SharedKafka;
let cleaners: (() => Promise<unknown>)[] = [];

beforeAll(async () => void (kafka = await sharedKafka()), 300_000);
afterEach(async () => {
  for (const clean of cleaners.splice(0).toReversed()) await clean();
});

interface RelayProcess {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** What its health says; null while it does not answer. */
  health(): Promise<{ readonly status: number; readonly state: string; readonly changes: string } | null>;
  readonly url: () => string | undefined;
}

function relayProcess(environment: Readonly<Record<string, string>>): RelayProcess {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], ...environment, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  cleaners.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const url = (): string | undefined => /"url":"([^"]+)"/.exec(said)?.[1];
  return {
    child,
    said: () => said,
    url,
    async health() {
      const at = url();
      if (at === undefined) return null;
      const response = await fetch(`${at}/health`).catch(() => null);
      if (response === null) return null;
      const { checks } = (await response.json()) as { readonly checks: Readonly<Record<'relay' | 'changes', { readonly state: string }>> };
      return { status: response.status, state: checks.relay.state, changes: checks.changes.state };
    },
  };
}

async function activate(ledgers: LedgersCore, n: number): Promise<void> {
  const request = {
    actor: { id: 'alice', method: 'token', roles: ['writer'] },
    reason: null,
    request: randomUUID(),
    correlationId: 'test',
    guards: { activate: 'all' as const },
  };
  const outcome = await ledgers.execute(NAME, { type: 'Replace', configuration: { n } }, request);
  if (outcome.kind !== 'done') throw new Error(outcome.refusal.message);
}

/** What a relay is started with, in a namespace and a database of its own. */
async function environmentFor(kind: 'postgres' | 'eventstoredb') {
  return {
    ...(await eventStoreOf(kind)),
    CONFLEDGER_POSTGRES_URL: await freshDatabase(),
    CONFLEDGER_KAFKA_BROKERS: kafka.brokers.join(','),
    CONFLEDGER_NAMESPACE: `relay-${randomUUID()}`,
    CONFLEDGER_KAFKA_PARTITIONS: '3',
    CONFLEDGER_KAFKA_REPLICATION_FACTOR: '1',
    CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS: '1',
  };
}

/** What an api would make. */
async function openInstallation(environment: Readonly<Record<string, string>>) {
  const key = new SigningKey();
  const [clock, ids] = [{ now: () => Date.now() }, { next: () => randomUUID() }];
  const store = await openEventStoreNow(readConfig(environment).eventStore, { part: 'relay', logger: pino({ level: 'silent' }) });
  cleaners.push(() => store.close());
  await ensureInstallation({ store, signer: key, ids, clock });
  return { key, store, ledgers: createLedgers({ store, signer: key, ids, clock }) };
}

/** Where the events are, as the environment says it. */
async function eventStoreOf(kind: 'postgres' | 'eventstoredb'): Promise<Readonly<Record<string, string>>> {
  if (kind === 'postgres') return {};
  const double = await eventStoreDbDouble();
  cleaners.push(() => double.close());
  return { CONFLEDGER_EVENT_STORE: kind, CONFLEDGER_EVENTSTORE_URL: double.connectionString };
}

async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING }).admin();
  try {
    await admin.connect();
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** The ids of the events that a consumer finds there now, sorted. */
async function publishedChanges(topic: string): Promise<string[]> {
  const client = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING });
  const consumer = client.consumer({ groupId: `test-${randomUUID()}`, maxWaitTimeInMs: 50 });
  const ids: string[] = [];
  const offsets = await withAdmin((admin) => admin.fetchTopicOffsets(topic));
  try {
    const ends = new Map(offsets.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, BigInt(high)]));
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
      if (BigInt(lastOffset) + 1n >= (ends.get(partition) ?? 0n)) ends.delete(partition);
    });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ message }) => Promise.resolve(void ids.push(String(message.headers?.['ce_id']))),
    });
    await eventually(() => ends.size === 0, LONG);
  } finally {
    await consumer.disconnect();
  }
  return ids.toSorted();
}

const STORES = ['postgres', 'eventstoredb'] as const;
const runs = (node: TradingNode, n: number): Promise<unknown> =>
  eventually(() => node.status.state === 'ready' && node.snapshot.get('n') === n, LONG);

test.each(STORES)(
  'on %s, of two relays one is active; killed under writes, the other takes over within seconds, and nothing is lost or told backwards',
  { timeout: 240_000 },
  async (kind) => {
    const environment = await environmentFor(kind);
    const namespace = environment.CONFLEDGER_NAMESPACE;
    const first = relayProcess(environment);
    await eventually(() => first.said().includes('holds no installation yet: an api makes it'), LONG);
    const { key, store, ledgers } = await openInstallation(environment);
    await activate(ledgers, 1);

    const is = async (process: RelayProcess, state: string): Promise<void> => {
      await eventually(async () => {
        expect(await process.health()).toEqual({ status: 200, state, changes: state });
        return true;
      }, LONG);
    };
    await is(first, 'active');
    const second = relayProcess(environment);
    await is(second, 'standby');

    const node = await connectNode({
      environment: NAME.environment,
      service: NAME.service,
      name: 'engine-7',
      feed: kafkaFeed({ brokers: kafka.brokers, namespace }),
      publicKey: key.publicKey,
      startTimeoutMs: 60_000,
    });
    cleaners.push(() => node.close());
    const told: number[] = [];
    node.onChange('**', ({ activation }) => told.push(activation));
    await activate(ledgers, 2);
    await runs(node, 2);

    first.child.kill('SIGKILL');
    for (let n = 3; n <= 20; n += 1) await activate(ledgers, n);
    await runs(node, 20);
    await is(second, 'active');
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    const events = await store.readAll({ after: 0n, limit: 500 });
    await eventually(async () => {
      expect(await publishedChanges(`${namespace}.changes`)).toEqual(events.map(({ id }) => id).toSorted());
      return true;
    }, LONG);
    await eventually(async () => {
      const metrics = await (await fetch(`${second.url()}/metrics`)).text();
      for (const line of ['changes_active 1', 'changes_lag_positions 0', 'relay_active 1', 'feed_lag_positions 0'])
        expect(metrics).toContain(`confledger_${line}\n`);
      return true;
    }, LONG);

    const ended = once(second.child, 'exit');
    second.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(first.said() + second.said()).not.toContain(new URL(environment.CONFLEDGER_POSTGRES_URL).password);
  },
);

test('trouble with changes holds no activation up, and is told apart', { timeout: 120_000 }, async () => {
  const environment = await environmentFor('postgres');
  const namespace = environment.CONFLEDGER_NAMESPACE;
  const { key, ledgers } = await openInstallation(environment);
  await withAdmin(async (admin) => {
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
    await createTestTopic(admin, { topic: `${namespace}.changes`, numPartitions: 3, replicationFactor: 1, configEntries });
  });
  const relay = relayProcess(environment);
  await activate(ledgers, 1);
  const node = await connectNode({
    environment: NAME.environment,
    service: NAME.service,
    name: 'engine-7',
    feed: kafkaFeed({ brokers: kafka.brokers, namespace }),
    publicKey: key.publicKey,
    startTimeoutMs: 60_000,
    waitForFirst: true,
  });
  cleaners.push(() => node.close());
  await activate(ledgers, 2);
  await runs(node, 2);
  await eventually(async () => {
    expect(await relay.health()).toEqual({ status: 503, state: 'active', changes: 'failing' });
    return true;
  }, LONG);
  expect(relay.said()).toContain('its cleanup.policy is compact, not delete');
});

test('a variable that is missing ends the process with its name', async () => {
  const { child, said } = relayProcess({ CONFLEDGER_POSTGRES_URL: 'postgres://user:hush@localhost/x' });
  expect((await once(child, 'exit'))[0]).toBe(1);
  expect(said()).toBe('CONFLEDGER_KAFKA_BROKERS is not set: expected host:port, several separated by commas. Set it.\n');
});
