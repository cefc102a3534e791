// The relay over Kafka through its faults: killed between any two steps, cut off, late, doubled; topics that are deleted, cut, forged.
// After each: whoever follows the log's activations, from before or anew, runs what the log says, and never ran anything older.
import { activeByName, createLedgers, FeedFenced, runRelay, type LedgersCore, type RelayEvent } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { LedgerId } from '@confledger/domain';
import type { ActivationMarker } from '@confledger/contracts';
import { SigningKey } from '@confledger/conformance';
import type { JsonObject } from '@confledger/document';
import { connectNode, type TradingNode } from '@confledger/sdk';
import {
  createTestTopic,
  eventually,
  kafkaRoute,
  startKafka,
  type KafkaRoute,
  type TestKafka,
  topicMessages,
  type TopicMessage,
} from '@confledger/test-support';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { kafkaFeed, type KafkaFeedOptions } from '@confledger/feed-kafka';
import { partitionOf } from '@confledger/feed-kafka/topic';
import { TRANSACTION_TIMEOUT_MS } from './transactions.js';
import { createKafkaFeed, type FeedAlarm, type KafkaFeedPublisherOptions, type PublisherStep } from './index.js';

const ENGINE = 'trading-engine';
const SERVICES = [ENGINE, 'risk-gateway', 'mev-searcher'];
const PARTITIONS = 2;
const LONG = { timeoutMs: 60_000 };

let kafka: TestKafka;
let client: Kafka;
let admin: Admin;

let namespace: string;
let topic: string;
let key: SigningKey;
let store: ReturnType<typeof createInMemoryEventStore>;
let core: LedgersCore;
let cleaners: (() => Promise<unknown>)[];
/** Every activation that a node ever ran, in order. */
let ran: Map<TradingNode, number[]>;

beforeAll(async () => {
  kafka = await startKafka();
  client = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING });
  admin = client.admin();
  await admin.connect();
}, 300_000);
afterAll(async () => {
  await admin.disconnect();
  await kafka.stop();
});

beforeEach(() => {
  namespace = `faults-${randomUUID()}`;
  topic = `${namespace}.active`;
  key = new SigningKey();
  store = createInMemoryEventStore();
  core = newCore();
  cleaners = [];
  ran = new Map();
});
afterEach(async () => {
  for (const clean of cleaners.toReversed()) await clean();
  await store.close();
});

function newCore(): LedgersCore {
  return createLedgers({ store, clock: { now: () => Date.now() }, ids: { next: () => randomUUID() }, signer: key });
}

/** Makes this a service's active document. */
async function activate(service: string, configuration: JsonObject): Promise<void> {
  const request = {
    actor: { id: 'alice', method: 'token', roles: ['writer'] },
    reason: null,
    request: randomUUID(),
    correlationId: 'test',
    guards: { activate: 'all' as const },
  };
  const outcome = await core.execute(LedgerId.of('production', service), { type: 'Replace', configuration }, request);
  if (outcome.kind !== 'done') throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
}

interface RunningRelay {
  readonly events: RelayEvent[];
  readonly alarms: FeedAlarm[];
  readonly kinds: () => string[];
  stop(): Promise<void>;
}

interface RelayFaults extends Partial<KafkaFeedPublisherOptions> {
  /** Elected once, never again. */
  readonly once?: boolean;
  readonly beatIntervalMs?: number;
}

function publisherOf(options: Partial<KafkaFeedPublisherOptions> = {}) {
  return createKafkaFeed({
    brokers: kafka.brokers,
    namespace,
    installation: 'inst',
    publicKeys: [key.publicKey],
    load: (ledger) => (SERVICES.some((service) => ledger === `production.${service}`) ? activeByName(core, ledger) : Promise.resolve(null)),
    lastPosition: () => store.lastPosition(),
    partitions: PARTITIONS,
    replicationFactor: 1,
    minInsyncReplicas: 1,
    ...options,
  });
}

function relay({ once = false, beatIntervalMs = 250, ...options }: RelayFaults = {}): RunningRelay {
  const stopping = new AbortController();
  const events: RelayEvent[] = [];
  const alarms: FeedAlarm[] = [];
  const publisher = publisherOf({ onAlarm: (alarm) => alarms.push(alarm), ...options });
  let elected = 0;
  const lock = {
    acquire: async (signal: AbortSignal) => {
      elected += 1;
      if (once && elected > 1) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return signal.aborted ? null : { lost: new AbortController().signal, release: () => Promise.resolve() };
    },
  };
  const ended = runRelay(
    { events: store, ledgers: newCore(), publisher, lock, beatIntervalMs, onEvent: (event) => events.push(event) },
    stopping.signal,
  );
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended;
    await publisher.close();
  };
  cleaners.push(stop);
  return { events, alarms, kinds: () => events.map(({ kind }) => kind), stop };
}

async function node(service = ENGINE, feed: Partial<KafkaFeedOptions> = {}): Promise<TradingNode> {
  const opened = await connectNode({
    environment: 'production',
    service,
    name: 'node',
    feed: kafkaFeed({ brokers: kafka.brokers, namespace, maxWaitTimeMs: 50, reconnectDelayMsMax: 200, ...feed }),
    publicKey: key.publicKey,
    startTimeoutMs: 60_000,
    waitForFirst: true,
  });
  cleaners.push(() => opened.close());
  const activations = [opened.status.running?.activation ?? -1];
  ran.set(opened, activations);
  opened.onChange('**', ({ activation }) => activations.push(activation));
  return opened;
}

/** Runs what the log says, and is sure of it. */
async function current(follower: TradingNode, service = ENGINE): Promise<void> {
  const active = await core.active(LedgerId.of('production', service));
  await eventually(() => {
    expect(follower.status).toMatchObject({ state: 'ready', running: { activation: active?.activation, digest: active?.digest } });
    return true;
  }, LONG);
  const activations = ran.get(follower) ?? [];
  expect(activations).toEqual(activations.toSorted((a, b) => a - b));
}

/** The checker: nodes of before and new ones run what the log says. */
async function everythingFits(followers: readonly TradingNode[] = []): Promise<void> {
  for (const follower of followers) await current(follower);
  for (const service of SERVICES) {
    if ((await core.active(LedgerId.of('production', service))) !== null) await current(await node(service), service);
  }
}

/** A relay that stops dead after a step, with whatever it has open. */
function crashingRelay(step: PublisherStep, armed: () => boolean): { readonly crashed: Promise<void> } {
  let crash: () => void = () => undefined;
  const crashed = new Promise<void>((resolve) => (crash = resolve));
  const victim = relay({
    once: true,
    onStep: (reached) => {
      if (reached !== step || !armed()) return;
      void victim.stop();
      crash();
      throw new Error(`crash after ${step}`);
    },
  });
  return { crashed };
}

test.each(['fenced', 'read', 'begun', 'produced', 'committed'] as const)(
  'a relay killed after "%s" leaves nothing lost, doubled or half there',
  async (step) => {
    await activate(ENGINE, { n: 1, only: 'first' });
    await activate('risk-gateway', { max: 1 });
    const before = relay();
    const follower = await node();
    await current(follower);
    await before.stop();
    await activate(ENGINE, { n: 2, second: true });
    const { crashed } = crashingRelay(step, () => true);
    await crashed;
    await activate(ENGINE, { n: 3 });
    await activate('mev-searcher', { gas: 3 });
    relay();
    await everythingFits([follower]);
  },
);

test.each(['begun', 'produced', 'committed'] as const)('a relay killed after "%s" of a publication under way', async (step) => {
  await activate(ENGINE, { n: 1 });
  let armed = false;
  const { crashed } = crashingRelay(step, () => armed);
  const follower = await node();
  armed = true;
  await activate(ENGINE, { n: 2, more: [1, 2, 3] });
  await crashed;
  relay();
  await activate(ENGINE, { n: 3 });
  await everythingFits([follower]);
});

describe('through a proxy', () => {
  let route: KafkaRoute;
  beforeEach(async () => void (route = await kafkaRoute(kafka.brokers)));
  afterEach(() => route.close());

  /** Kafka's numbers for requests, behind the four bytes of their length: to write records, and to end a transaction. */
  const PRODUCE = 0;
  const END_TXN = 26;

  test.each([
    ['reached the broker, and its answer was lost', 'toClient'],
    ['never reached the broker', 'both'],
  ] as const)('a commit whose outcome is unknown: it %s', async (_, direction) => {
    await activate(ENGINE, { n: 1 });
    let armed = false;
    const only = relay({
      socketFactory: route.socketFactory,
      requestTimeoutMs: 1_000,
      beatIntervalMs: 60_000,
    });
    const follower = await node();
    for (const proxy of route.proxies) {
      proxy.onRequest = (chunk) => {
        if (!armed || chunk.length < 6 || chunk.readInt16BE(4) !== END_TXN) return;
        armed = false;
        proxy.pause(direction);
      };
    }
    armed = true;
    await activate(ENGINE, { n: 2 });
    await eventually(() => only.kinds().includes('failed'), LONG);
    for (const proxy of route.proxies) {
      proxy.cut();
      proxy.resume();
    }
    await activate(ENGINE, { n: 3 });
    await everythingFits([follower]);
    expect(only.events.findLast(({ kind }) => kind === 'active')).toBeDefined();
  });

  test(
    'brokers that hang while records are sent are given up with the transaction, and not minutes later',
    { timeout: 180_000 },
    async () => {
      await activate(ENGINE, { n: 1 });
      const only = relay({ socketFactory: route.socketFactory, beatIntervalMs: 60_000 });
      const follower = await node();
      for (const proxy of route.proxies) {
        proxy.onRequest = (chunk) => {
          if (chunk.length >= 6 && chunk.readInt16BE(4) === PRODUCE) proxy.pause();
        };
      }
      const began = performance.now();
      await activate(ENGINE, { n: 2 });
      await eventually(() => only.kinds().includes('failed'), LONG);
      expect(performance.now() - began).toBeLessThan(2.5 * TRANSACTION_TIMEOUT_MS);
      for (const proxy of route.proxies) {
        proxy.onRequest = undefined;
        proxy.cut();
        proxy.resume();
      }
      await activate(ENGINE, { n: 3 });
      await everythingFits([follower]);
    },
  );

  test('a node that is cut off goes on with what it runs, and catches up', async () => {
    await activate(ENGINE, { n: 1 });
    relay();
    const follower = await node(ENGINE, { socketFactory: route.socketFactory, requestTimeoutMs: 1_000 });
    route.shut();
    await activate(ENGINE, { n: 2 });
    await activate(ENGINE, { n: 3 });
    expect(follower.snapshot.get('n')).toBe(1);
    route.open();
    await everythingFits([follower]);
  });
});

test('a late relay that wakes up after its successor has written is fenced, and changes nothing', async () => {
  await activate(ENGINE, { n: 1 });
  let asleep = false;
  let wake: () => void = () => undefined;
  let armed = false;
  const late = relay({
    once: true,
    beatIntervalMs: 60_000,
    onStep: async (step) => {
      if (step !== 'begun' || !armed) return;
      asleep = true;
      await new Promise<void>((resolve) => (wake = resolve));
    },
  });
  const follower = await node();
  armed = true;
  await activate(ENGINE, { n: 2, late: true });
  await eventually(() => asleep, LONG);
  armed = false;
  const successor = relay();
  await activate(ENGINE, { n: 3 });
  await current(follower);
  wake();
  await eventually(() => late.kinds().includes('superseded'), LONG);
  await activate(ENGINE, { n: 4 });
  await everythingFits([follower]);
  expect(successor.kinds()).not.toContain('failed');
});

test('a publisher says that it was fenced by the name that the port gives it', async () => {
  const [first, second] = [publisherOf(), publisherOf()];
  cleaners.push(
    () => first.close(),
    () => second.close(),
  );
  const { signal } = new AbortController();
  await first.takeOver(signal);
  await second.takeOver(signal);
  await expect(first.beat(0n)).rejects.toThrow(FeedFenced);
  await second.beat(0n);
});

test('who was the writer before can write no more when the topic is read', async () => {
  const first = publisherOf();
  let late: Promise<unknown> | undefined;
  const second = publisherOf({
    onStep: async (step) => {
      if (step === 'fenced') late = first.beat(0n).catch((error: unknown) => error);
      await late;
    },
  });
  cleaners.push(
    () => first.close(),
    () => second.close(),
  );
  const { signal } = new AbortController();
  await first.takeOver(signal);
  await second.takeOver(signal);
  expect(await late).toBeInstanceOf(FeedFenced);
});

test('a relay that starts on an existing history with an empty topic gives every ledger its newest activation', async () => {
  for (const service of SERVICES) for (let n = 1; n <= 5; n += 1) await activate(service, { n, service });
  relay();
  await everythingFits();
});

test('a topic that is deleted and made again heals by itself, and no node goes back', async () => {
  await activate(ENGINE, { n: 1 });
  await activate('risk-gateway', { max: 1 });
  const only = relay();
  const follower = await node();
  await activate(ENGINE, { n: 2 });
  await current(follower);
  await admin.deleteTopics({ topics: [topic] });
  await activate(ENGINE, { n: 3 });
  await eventually(() => only.kinds().filter((kind) => kind === 'active').length > 1, LONG);
  await everythingFits([follower]);
});

test('a topic whose tail is cut off heals when the next relay takes over, and no node goes back', async () => {
  await activate(ENGINE, { n: 1 });
  await activate('risk-gateway', { max: 1 });
  const before = relay();
  const follower = await node();
  await eventually(() => before.kinds().includes('published'), LONG);
  const short = await topicMessages(kafka.brokers, topic);
  await activate(ENGINE, { n: 2 });
  await activate('risk-gateway', { max: 2 });
  await current(follower);
  await before.stop();
  await replaceTopic(short);
  relay();
  await everythingFits([follower]);
});

test('an old signed marker put on the topic by somebody else stops no node, and is written over', async () => {
  await activate(ENGINE, { n: 1 });
  const only = relay();
  const follower = await node();
  const old = (await topicMessages(kafka.brokers, topic)).find(({ message }) => message.key?.toString() === `production.${ENGINE}|`);
  await activate(ENGINE, { n: 2 });
  await current(follower);
  await foreignRecord(`production.${ENGINE}|`, old?.message.value ?? null);
  await eventually(() => only.alarms.some(({ kind }) => kind === 'repaired'), LONG);
  expect(follower.snapshot.get('n')).toBe(2);
  await everythingFits([follower]);
});

test('what somebody else wrote while no relay was there is found by the next one', async () => {
  await activate(ENGINE, { n: 1 });
  const before = relay();
  const follower = await node();
  await activate(ENGINE, { n: 2 });
  await current(follower);
  await before.stop();
  await foreignRecord(`production.${ENGINE}|n`, Buffer.from('{"value":3,"version":1}'));
  const next = relay();
  await eventually(() => next.alarms.some(({ kind }) => kind === 'repaired'), LONG);
  await everythingFits([follower]);
});

test('a marker above the newest that nobody signed does not count', async () => {
  await activate(ENGINE, { n: 1 });
  const only = relay();
  const follower = await node();
  const forged: ActivationMarker = {
    origin: 'o',
    activation: 999,
    version: 998,
    previous: null,
    digest: '0'.repeat(64),
    changes: 0,
    keyId: key.keyId,
    signature: 'AAAA',
    actor: 'mallory',
    occurredAt: new Date().toISOString(),
  };
  await foreignRecord(`production.${ENGINE}|`, Buffer.from(JSON.stringify(forged)));
  await eventually(() => only.alarms.some(({ kind }) => kind === 'repaired'), LONG);
  await activate(ENGINE, { n: 2 });
  await everythingFits([follower]);
});

test('a relay that resumes behind what another wrote last, with a state of that time, raises no alarm', async () => {
  await activate(ENGINE, { n: 1 });
  const [ledger, earlier] = [`production.${ENGINE}`, await core.active(LedgerId.of('production', ENGINE))];
  await activate(ENGINE, { n: 2 });
  const newest = await activeByName(core, ledger);
  const last = await store.lastPosition();
  if (earlier === null || newest === null) throw new Error('nothing is active');
  const other = publisherOf();
  await other.takeOver(new AbortController().signal);
  await other.publish([newest], last);
  await other.close();
  const alarms: FeedAlarm[] = [];
  const publisher = publisherOf({ onAlarm: (alarm) => alarms.push(alarm) });
  cleaners.push(() => publisher.close());
  await publisher.takeOver(new AbortController().signal);
  await publisher.publish([earlier], last);
  expect(alarms).toEqual([]);
});

test('a marker above the newest that this installation signed is left alone, with an alarm', async () => {
  await activate(ENGINE, { n: 1 });
  await activate(ENGINE, { n: 2 });
  const before = relay();
  await current(await node());
  await before.stop();
  // The log was set back: its newest activation is the first again.
  const whole = await topicMessages(kafka.brokers, topic);
  store = createInMemoryEventStore();
  const lost = core;
  core = newCore();
  const alarms: FeedAlarm[] = [];
  const publisher = publisherOf({
    onAlarm: (alarm) => alarms.push(alarm),
    lastPosition: () => Promise.resolve(1n),
    load: () => Promise.resolve(null),
  });
  cleaners.push(() => publisher.close());
  expect(await publisher.takeOver(new AbortController().signal)).toBe(0n);
  expect(alarms.map(({ kind }) => kind)).toContain('ahead');
  const active = await lost.active(LedgerId.of('production', ENGINE));
  if (active === null) throw new Error('nothing was active');
  await publisher.publish([{ ...active, activation: active.activation - 1 }], 1n);
  expect(alarms.map(({ kind }) => kind)).toContain('above');
  expect(markers(await topicMessages(kafka.brokers, topic))).toEqual(markers(whole));
});

test('an activation of 1.5 MB arrives whole', async () => {
  const big = Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`k${n}`, String(n).padEnd(100_000, 'x')]));
  await activate(ENGINE, { n: 1 });
  relay();
  const follower = await node();
  await activate(ENGINE, big);
  await everythingFits([follower]);
});

test('activations that wait share a transaction', async () => {
  await activate(ENGINE, { n: 0 });
  const steps: PublisherStep[] = [];
  const publisher = publisherOf({ onStep: (step) => void steps.push(step) });
  cleaners.push(() => publisher.close());
  await publisher.takeOver(new AbortController().signal);
  const active = await core.active(LedgerId.of('production', ENGINE));
  if (active === null) throw new Error('nothing is active');
  steps.length = 0;
  await Promise.all(Array.from({ length: 40 }, (_, n) => publisher.publish([{ ...active, ledger: `production.service-${n}` }], BigInt(n))));
  expect(steps.filter((step) => step === 'committed').length).toBeLessThanOrEqual(2);
  // The broker answers a commit before it has written the markers of the transaction: a reader may see them a moment later.
  await eventually(async () => markers(await topicMessages(kafka.brokers, topic)).length >= 40, LONG);
  expect(markers(await topicMessages(kafka.brokers, topic))).toHaveLength(40);
});

test('a node paused beyond its session timeout reads anew when it comes back, beside what it runs', async () => {
  await activate(ENGINE, { n: 1 });
  relay();
  const follower = await node(ENGINE, { sessionTimeoutMs: 1_500 });
  await activate(ENGINE, { n: 2 });
  await current(follower);
  // The whole process stands still, as under SIGSTOP.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_000);
  expect(follower.snapshot.get('n')).toBe(2);
  await activate(ENGINE, { n: 3 });
  await everythingFits([follower]);
});

test('a node that bootstraps while the topic is compacted and activations go on runs the newest', { timeout: 240_000 }, async () => {
  await activate(ENGINE, { n: 0, kept: 'from the start' });
  relay();
  const follower = await node();
  const compactingConfig = { 'segment.ms': '500', 'max.compaction.lag.ms': '500', 'min.cleanable.dirty.ratio': '0.01' };
  const required = { 'cleanup.policy': 'compact', 'delete.retention.ms': String(24 * 60 * 60 * 1_000), 'min.insync.replicas': '1' };
  const configEntries = Object.entries({ ...required, ...compactingConfig }).map(([name, value]) => ({ name, value }));
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries }] });
  let going = true;
  let n = 0;
  const writing = (async () => {
    while (going) {
      await activate(ENGINE, { n: (n += 1), kept: 'from the start', [`only-${n % 7}`]: n });
      await sleep(10);
    }
  })();
  try {
    await eventually(() => n > 100, LONG);
    await eventually(async () => (await topicMessages(kafka.brokers, topic)).length < n, { timeoutMs: 120_000 });
    for (let round = 0; round < 3; round += 1) {
      const fresh = await node();
      expect(fresh.snapshot.get('kept')).toBe('from the start');
    }
  } finally {
    going = false;
    await writing;
  }
  await everythingFits([follower]);
});

test('a topic of another installation, with other settings, or with more partitions is refused', async () => {
  const { signal } = new AbortController();
  const takeOver = async (options: Partial<KafkaFeedPublisherOptions> = {}): Promise<bigint | 'now'> => {
    const publisher = publisherOf(options);
    cleaners.push(() => publisher.close());
    return publisher.takeOver(signal);
  };
  expect(await takeOver()).toBe(0n);
  const alarms: FeedAlarm[] = [];
  await expect(takeOver({ installation: 'other', onAlarm: (alarm) => alarms.push(alarm) })).rejects.toThrow('another namespace');
  expect(alarms).toMatchObject([{ kind: 'another-installation' }]);
  await expect(takeOver({ minInsyncReplicas: 2 })).rejects.toThrow('min.insync.replicas is 1, less than 2');
  await admin.createPartitions({ topicPartitions: [{ topic, count: PARTITIONS + 1 }] });
  await eventually(async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length === PARTITIONS + 1);
  await expect(takeOver()).rejects.toThrow(`has ${PARTITIONS + 1} partitions, but was written with ${PARTITIONS}`);
  namespace = `faults-${randomUUID()}`;
  await createTestTopic(admin, { topic: `${namespace}.active`, numPartitions: 1, replicationFactor: 1 });
  await expect(takeOver()).rejects.toThrow('cleanup.policy is delete, not compact');
  namespace = `faults-${randomUUID()}`;
  const configEntries = [
    { name: 'cleanup.policy', value: 'compact' },
    { name: 'max.message.bytes', value: '100000' },
  ];
  await createTestTopic(admin, { topic: `${namespace}.active`, numPartitions: 1, replicationFactor: 1, configEntries });
  await expect(takeOver()).rejects.toThrow('max.message.bytes is 100000, less than 1000000');
});

test('Kafka down under writes: they go on, and nodes catch up when it is back', { timeout: 240_000 }, async ({ skip }) => {
  if (!kafka.ours) return skip('the brokers of CONFLEDGER_TEST_KAFKA_BROKERS are not ours to kill');
  await activate(ENGINE, { n: 1 });
  relay();
  const follower = await node();
  await kafka.kill();
  for (let n = 2; n <= 20; n += 1) await activate(ENGINE, { n });
  expect(follower.snapshot.get('n')).toBe(1);
  await kafka.restart();
  await everythingFits([follower]);
});

function markers(records: readonly TopicMessage[]): string[] {
  return records
    .filter(({ message }) => message.key?.toString().endsWith('|'))
    .map(({ message }) => `${message.key?.toString()}${message.value?.toString()}`);
}

/** The same topic with nothing but these records. */
async function replaceTopic(records: readonly TopicMessage[]): Promise<void> {
  await admin.deleteTopics({ topics: [topic] });
  await eventually(async () => !(await admin.listTopics()).includes(topic), LONG);
  const config = { 'cleanup.policy': 'compact', 'delete.retention.ms': String(24 * 60 * 60 * 1_000), 'min.insync.replicas': '1' };
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  await createTestTopic(admin, { topic, numPartitions: PARTITIONS, replicationFactor: 1, configEntries });
  const producer = client.producer({
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
  });
  await producer.connect();
  for (const { partition, message } of records) {
    const { key: name, value, headers } = message;
    await producer.send({ topic, messages: [{ key: name, value, partition, ...(headers === undefined ? {} : { headers }) }] });
  }
  await producer.disconnect();
}

async function foreignRecord(name: string, value: Buffer | null): Promise<void> {
  const producer = client.producer({
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
  });
  await producer.connect();
  await producer.send({ topic, messages: [{ key: name, value, partition: partitionOf(`production.${ENGINE}`, PARTITIONS) }] });
  await producer.disconnect();
}
