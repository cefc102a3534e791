// What is known to go wrong with kafkajs and a broker, each brought about on purpose. How the relay fails as a whole: relay-faults.engine.spec.ts.
import type { FeedPublisher } from '@confledger/application';
import { FeedFollower, SigningLedger } from '@confledger/conformance';
import { PATH_BYTES_MAX, VALUE_BYTES_MAX } from '@confledger/document';
import { connectNode } from '@confledger/sdk';
import {
  createTestTopic,
  eventually,
  kafkaRoute,
  sharedKafka,
  type KafkaRoute,
  type TcpProxy,
  type SharedKafka,
} from '@confledger/test-support';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, KafkaJSNonRetriableError, logLevel, type Admin } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { kafkaFeed, type KafkaFeedOptions } from './index.js';
import { partitionOf } from './partitions.js';
import { createKafkaFeed, type KafkaFeedPublisherOptions } from '@confledger/publisher-kafka';
import { openTopicConsumer } from './topic-consumer.js';

const PARTITIONS = 2;
const LONG = { timeoutMs: 60_000 };
const NAME = { environment: 'production', service: 'trading-engine' };

let kafka: SharedKafka;
let client: Kafka;
let admin: Admin;
let namespace: string;
let topic: string;
let ledger: SigningLedger;
let cleaners: (() => Promise<unknown>)[];

beforeAll(async () => {
  kafka = await sharedKafka();
  client = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING });
  admin = client.admin();
  await admin.connect();
}, 300_000);
afterAll(async () => {
  await admin.disconnect();
});
beforeEach(() => {
  namespace = `traps-${randomUUID()}`;
  topic = `${namespace}.active`;
  ledger = new SigningLedger();
  cleaners = [];
});
afterEach(async () => {
  for (const clean of cleaners.toReversed()) await clean();
});

/** A writer of the topic, which has taken it over. */
async function writer(options: Partial<KafkaFeedPublisherOptions> = {}): Promise<FeedPublisher> {
  const publisher = createKafkaFeed({
    brokers: kafka.brokers,
    namespace,
    installation: 'inst',
    publicKeys: [ledger.key.publicKey],
    load: () => Promise.resolve(ledger.newest),
    lastPosition: () => Promise.resolve(1_000n),
    partitions: PARTITIONS,
    replicationFactor: 1,
    minInsyncReplicas: 1,
    ...options,
  });
  cleaners.push(() => publisher.close());
  await publisher.takeOver(new AbortController().signal);
  return publisher;
}

async function activate(publisher: FeedPublisher, json: Parameters<SigningLedger['activate']>[0]): Promise<number> {
  const active = ledger.activate(json);
  await publisher.publish([active], BigInt(active.activation));
  return active.activation;
}

function feedOf(options: Partial<KafkaFeedOptions> = {}) {
  return kafkaFeed({ brokers: kafka.brokers, namespace, maxWaitTimeMs: 50, reconnectDelayMsMax: 200, ...options });
}

function follow(follower = new FeedFollower(), options: Partial<KafkaFeedOptions> = {}): FeedFollower {
  const session = follower.open(feedOf(options), NAME);
  cleaners.push(() => session.close());
  return follower;
}

describe('a transaction', () => {
  test('that is begun before the one before has ended everywhere is held up for milliseconds, and that is no error in the log', async () => {
    const route = await kafkaRoute(kafka.brokers);
    cleaners.push(() => route.close());
    const lines: { readonly level: string; readonly message: string }[] = [];
    const publisher = await writer({ socketFactory: route.socketFactory, log: (line) => lines.push(line) });
    // What it says of a broker that has only just begun.
    lines.length = 0;
    let refusals = 0;
    for (const proxy of route.proxies) refusePartitions(proxy, () => (refusals += 1) % 3 !== 0);
    const took: number[] = [];
    for (let n = 1; n <= 10; n += 1) {
      const begun = performance.now();
      await publisher.beat(BigInt(n));
      took.push(performance.now() - begun);
    }
    expect(refusals).toBeGreaterThanOrEqual(30);
    // Two refusals each: kafkajs's own first two pauses are 720 ms at the least. A busy machine slows some, not half of them.
    expect(took.toSorted((one, other) => one - other)[5]).toBeLessThan(400);
    expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });

  test('holds the largest value that there may be, in a send of its own size', async () => {
    const publisher = await writer();
    const follower = follow();
    const path = 'k'.repeat(PATH_BYTES_MAX);
    const value = 'x'.repeat(VALUE_BYTES_MAX - 2);
    const activation = await activate(publisher, {
      [path]: value,
      ...Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`k${n}`, value])),
    });
    await eventually(() => follower.running?.activation === activation, LONG);
    expect(follower.misfits).toEqual([]);
  });

  test('that the broker finds too large fails in bounded time, with the reason', async () => {
    const publisher = await writer();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: 2, name: topic, configEntries: [{ name: 'max.message.bytes', value: '10000' }] }],
    });
    const failed = activate(publisher, { a: 'x'.repeat(100_000) }).catch((error: unknown) => error);
    const outcome = await Promise.race([failed, sleep(30_000, 'still trying')]);
    expect(String(outcome)).toMatch(/larger than the max(?:imum)? message size|MESSAGE_TOO_LARGE/i);
  });
});

test('a topic that is not there is named, and what makes it', async () => {
  const starting = connectNode({
    ...NAME,
    publicKey: ledger.key.publicKey,
    feed: kafkaFeed({ brokers: kafka.brokers, namespace }),
    startTimeoutMs: 2_000,
  });
  await expect(starting).rejects.toThrow(`there is no topic ${topic}: check the namespace, and that a relay of it runs`);
});

test('a topic that a broker has made, but does not know yet, is waited for by its writer', async () => {
  const route = await kafkaRoute(kafka.brokers);
  cleaners.push(() => route.close());
  let denials = 0;
  for (const proxy of route.proxies) denyTopic(proxy, () => denials < 3 && (denials += 1) > 0);
  const publisher = await writer({ socketFactory: route.socketFactory });
  const activation = await activate(publisher, { n: 1 });
  const follower = follow();
  await eventually(() => follower.running?.activation === activation, LONG);
  expect(denials).toBe(3);
});

describe('a topic that is made again while a node is away', () => {
  let route: KafkaRoute;
  beforeEach(async () => void (route = await kafkaRoute(kafka.brokers)));
  afterEach(() => route.close());

  test('and that has grown past where the node was is not read on in its middle', async () => {
    const first = await writer();
    await activate(first, { n: 1, only: 'old' });
    const node = await connectNode({
      ...NAME,
      name: 'node',
      feed: feedOf({ socketFactory: route.socketFactory }),
      publicKey: ledger.key.publicKey,
      waitForFirst: true,
    });
    cleaners.push(() => node.close());
    expect(node.snapshot.get('n')).toBe(1);
    await first.close();
    const [before] = await endsOf();
    for (const proxy of route.proxies) proxy.pause();
    await admin.deleteTopics({ topics: [topic] });
    await eventually(async () => !(await admin.listTopics()).includes(topic), LONG);
    const second = await writer();
    const activation = await activate(second, { n: 2 });
    // What the node would read from its place on are beats, and no word of the activation.
    for (let n = 0; n < 20; n += 1) await second.beat(BigInt(100 + n));
    expect((await endsOf())[0]).toBeGreaterThan((before ?? 0n) + 10n);
    for (const proxy of route.proxies) {
      proxy.cut();
      proxy.resume();
    }
    await eventually(async () => {
      await second.beat(1_000n);
      return node.status.running?.activation === activation && node.status.state === 'ready';
    }, LONG);
    expect(node.snapshot.toJson()).toEqual({ n: 2 });
  });
});

describe('the coordinator of a group', () => {
  let route: KafkaRoute;
  beforeEach(async () => void (route = await kafkaRoute(kafka.brokers)));
  afterEach(() => route.close());

  test.each([
    // Kafka's numbers for the requests that ask where the coordinator is, and that join, and for what they are answered.
    ['is not there yet', { request: 10, errorCode: 15 }],
    ['is loading', { request: 11, errorCode: 14 }],
  ])('that %s is waited for, and a node does not call that a loss', async (_, { request, errorCode }) => {
    const publisher = await writer();
    await activate(publisher, { n: 1 });
    let refusals = 8;
    const asked = new Set<number>();
    for (const proxy of route.proxies) {
      proxy.onRequest = (chunk) => {
        if (chunk.length > 12 && chunk.readInt16BE(4) === request) asked.add(chunk.readInt32BE(8));
      };
      proxy.onAnswer = (chunk) => {
        // Length, correlation id, throttle time, then the error.
        if (refusals === 0 || chunk.length < 14 || !asked.delete(chunk.readInt32BE(4))) return;
        refusals -= 1;
        chunk.writeInt16BE(errorCode, 12);
      };
    }
    const follower = follow(new FeedFollower(), { socketFactory: route.socketFactory, sessionTimeoutMs: 1_500 });
    await eventually(() => follower.said.includes('synchronized'), LONG);
    expect([refusals, follower.count('lost'), follower.running?.activation]).toEqual([0, 0, 2]);
  });
});

describe('a consumer', () => {
  test('that kafkajs would leave dead is replaced, and the node reads anew', async () => {
    const publisher = await writer();
    await activate(publisher, { n: 1 });
    class FailingOnce extends FeedFollower {
      fails = false;
      override beat(...beat: Parameters<FeedFollower['beat']>): void {
        if (!this.fails) return super.beat(...beat);
        this.fails = false;
        // Of all errors the one after which kafkajs does not even ask whether it is to start again.
        throw new KafkaJSNonRetriableError('a fault of the handler');
      }
    }
    const follower = new FailingOnce();
    follow(follower);
    await eventually(() => follower.said.includes('synchronized'), LONG);
    follower.fails = true;
    await publisher.beat(10n);
    await eventually(() => follower.count('lost') === 1 && follower.count('synchronized') === 2, LONG);
    const activation = await activate(publisher, { n: 2 });
    await eventually(() => follower.running?.activation === activation, LONG);
  });

  test('is not given partitions that hold nothing of its own, not after it has joined again either', async () => {
    await createTestTopic(admin, { topic, numPartitions: 2, replicationFactor: 1 });
    const seen: string[] = [];
    let joins = 0;
    const listener = {
      joined: () => void (joins += 1),
      batch: ({
        batch,
      }: {
        readonly batch: { readonly partition: number; readonly messages: readonly { readonly value: Buffer | null }[] };
      }) => {
        for (const { value } of batch.messages) seen.push(`${batch.partition}: ${String(value)}`);
      },
      passed: () => undefined,
    };
    const consumer = await openTopicConsumer({
      kafka: client,
      admin,
      topic,
      groupPrefix: namespace,
      sessionTimeoutMs: 1_500,
      maxWaitTimeMs: 50,
      paused: [1],
      listener,
    });
    cleaners.push(() => consumer.close());
    const producer = client.producer({
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    await producer.connect();
    cleaners.push(() => producer.disconnect());
    const send = (value: string) => producer.send({ topic, messages: [1, 0].map((partition) => ({ partition, value })) });
    await eventually(() => joins === 1, LONG);
    await send('before');
    await eventually(() => seen.includes('0: before'), LONG);
    // The process stands still for longer than its session: the group expels it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
    await eventually(() => joins === 2, LONG);
    await send('after');
    await eventually(() => seen.includes('0: after'), LONG);
    expect(seen.filter((each) => each.startsWith('1'))).toEqual([]);
  });

  test('reaches the end of a partition where nothing but an aborted transaction lies', async () => {
    const publisher = await writer();
    const activation = await activate(publisher, { n: 1 });
    await publisher.close();
    const partition = partitionOf(ledger.name, PARTITIONS);
    const producer = client.producer({
      transactionalId: `stranger-${namespace}`,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    await producer.connect();
    cleaners.push(() => producer.disconnect());
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ key: `${ledger.name}|n`, value: '{"value":9,"version":9}', partition }] });
    await transaction.abort();
    const follower = follow();
    await eventually(() => follower.said.includes('synchronized'), LONG);
    expect([follower.running?.activation, follower.documents.at(-1)?.toJson()]).toEqual([activation, { n: 1 }]);
  });

  test('leaves no group behind', async () => {
    const publisher = await writer();
    const follower = new FeedFollower();
    const session = follower.open(feedOf(), NAME);
    await eventually(() => follower.said.includes('synchronized'), LONG);
    const groups = async (): Promise<number> =>
      (await admin.listGroups()).groups.filter(({ groupId }) => groupId.startsWith(namespace)).length;
    expect(await groups()).toBe(1);
    await session.close();
    await publisher.close();
    expect(await groups()).toBe(0);
  });
});

/** Kafka's number for the request that names the partitions of a transaction, and its answer while the one before is still ending. */
const ADD_PARTITIONS_TO_TXN = 24;
const CONCURRENT_TRANSACTIONS = 51;

/** Makes a broker answer so, as often as `when` says. */
function refusePartitions(proxy: TcpProxy, when: () => boolean): void {
  const asked = new Set<number>();
  proxy.onRequest = (chunk) => {
    if (chunk.length > 12 && chunk.readInt16BE(4) === ADD_PARTITIONS_TO_TXN) asked.add(chunk.readInt32BE(8));
  };
  proxy.onAnswer = (chunk) => {
    if (chunk.length < 18 || !asked.delete(chunk.readInt32BE(4)) || !when()) return;
    // Length, correlation id, throttle time, the number of topics (one), its name, the number of partitions; then number and error of each.
    const partitions = 18 + chunk.readInt16BE(16);
    for (let n = 0; n < chunk.readInt32BE(partitions); n += 1) chunk.writeInt16BE(CONCURRENT_TRANSACTIONS, partitions + 8 + n * 6);
  };
}

/** Kafka's number for the request that asks which topics there are, and its answer about one that is not there. */
const METADATA = 3;
const UNKNOWN_TOPIC_OR_PARTITION = 3;

/** Makes a broker answer about the topic of the test that it is not there, as often as `when` says. */
function denyTopic(proxy: TcpProxy, when: () => boolean): void {
  const asked = new Set<number>();
  proxy.onRequest = (chunk) => {
    if (chunk.length > 12 && chunk.readInt16BE(4) === METADATA) asked.add(chunk.readInt32BE(8));
  };
  proxy.onAnswer = (chunk) => {
    if (chunk.length < 8 || !asked.delete(chunk.readInt32BE(4))) return;
    const name = chunk.indexOf(topic);
    // Before the name: the error, and the length of the name.
    if (name >= 0 && when()) chunk.writeInt16BE(UNKNOWN_TOPIC_OR_PARTITION, name - 4);
  };
}

/** Where the partitions end, the one with the ledger first. */
async function endsOf(): Promise<bigint[]> {
  const ours = partitionOf(ledger.name, PARTITIONS);
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.toSorted((one) => (one.partition === ours ? -1 : 1)).map(({ high }) => BigInt(high));
}
