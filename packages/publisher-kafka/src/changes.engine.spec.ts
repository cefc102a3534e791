// Changes over a real Kafka: what a plain consumer finds in the topic, and what is found of it by whoever takes over, after crashes at
// every step, in topics that were deleted, expired, written to by others, or are long.
import { APPEND_BYTES_MAX, FeedFenced, runChanges, type ChangesEvent, type EventPlace, type StoredEvent } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import {
  createTestTopic,
  eventually,
  kafkaRoute,
  sharedKafka,
  type SharedKafka,
  topicMessages,
  type TopicMessage,
} from '@confledger/test-support';
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { Kafka, logLevel, type Admin, type KafkaMessage, type Message } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { partitionOf } from '@confledger/feed-kafka/topic';
import {
  CHANGES_RETENTION_MS_DEFAULT,
  createKafkaChanges,
  FeedOfAnotherInstallation,
  TopicUnfit,
  type FeedAlarm,
  type KafkaChangesOptions,
  type PublisherStep,
} from './index.js';

const STREAMS = ['config-production.a', 'config-production.b', 'config-production.c', 'installation'];
const PARTITIONS = 2;
const LONG = { timeoutMs: 60_000 };
const never = new AbortController().signal;

let kafka: SharedKafka;
let client: Kafka;
let admin: Admin;

let namespace: string;
let topic: string;
let store: ReturnType<typeof createInMemoryEventStore>;
let log: StoredEvent[];
let alarms: FeedAlarm[];
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
  namespace = `changes-${randomUUID()}`;
  topic = `${namespace}.changes`;
  store = createInMemoryEventStore();
  [log, alarms, cleaners] = [[], [], []];
});
afterEach(async () => {
  for (const clean of cleaners.toReversed()) await clean();
  await store.close();
});

/** Appends one event, of about so many bytes. */
async function append(stream: string, bytes = 0): Promise<StoredEvent> {
  const revision = log.filter((event) => event.stream === stream).length;
  const occurredAt = new Date(Date.UTC(2026, 0, 1) + log.length).toISOString();
  const metadata = JSON.stringify({ actor: { id: 'alice' }, occurredAt, traceparent: null });
  const event = { id: randomUUID(), type: 'ConfigSet', data: JSON.stringify({ path: 'a', value: 'x'.repeat(bytes) }), metadata };
  const result = await store.append(stream, revision - 1, [event]);
  if (result.outcome !== 'appended') throw new Error('conflict');
  const stored = { ...event, stream, revision, position: result.position };
  log.push(stored);
  return stored;
}

/** Appends so many, to the streams in turn; answers them. */
async function appendAll(count: number, bytes = 0): Promise<StoredEvent[]> {
  const appended: StoredEvent[] = [];
  for (let n = 0; n < count; n += 1) appended.push(await append(STREAMS[n % STREAMS.length] ?? '', bytes));
  return appended;
}

function publisherOf(options: Partial<KafkaChangesOptions> = {}) {
  const publisher = createKafkaChanges({
    brokers: kafka.brokers,
    namespace,
    installation: 'inst',
    partitions: PARTITIONS,
    replicationFactor: 1,
    minInsyncReplicas: 1,
    onAlarm: (alarm) => alarms.push(alarm),
    ...options,
  });
  cleaners.push(() => publisher.close());
  return publisher;
}

/** What is to be published behind what was found. */
const behind = (position: bigint): StoredEvent[] => log.filter((event) => event.position > position);

/** Takes over and publishes the rest of the log. Answers where it was resumed. */
async function catchUp(options: Partial<KafkaChangesOptions> = {}): Promise<bigint> {
  const publisher = publisherOf(options);
  const position = await publisher.takeOver(never);
  await publisher.publish(behind(position));
  await publisher.close();
  return position;
}

function follow(options: Partial<KafkaChangesOptions> = {}): { readonly events: ChangesEvent[] } {
  const stopping = new AbortController();
  const events: ChangesEvent[] = [];
  const ended = runChanges({ events: store, publisher: publisherOf(options), onEvent: (event) => events.push(event) }, stopping.signal);
  cleaners.push(async () => {
    stopping.abort();
    await ended;
  });
  return { events };
}

const records = (): Promise<TopicMessage[]> => topicMessages(kafka.brokers, topic);
const header = ({ headers }: KafkaMessage, name: string): string => headers?.[name]?.toString() ?? '';
const idsOf = (found: readonly TopicMessage[], stream: string): string[] =>
  found.filter(({ message }) => message.key?.toString() === stream).map(({ message }) => header(message, 'ce_id'));
const idsInLog = (stream: string): string[] => log.filter((event) => event.stream === stream).map(({ id }) => id);

/** The checker: every event once, each stream in its order and in its partition. */
async function holdsTheLog(): Promise<void> {
  // The broker answers a commit before it has written the markers of the transaction: a reader may see them a moment later.
  await eventually(async () => (await records()).length >= log.length, LONG);
  const found = await records();
  for (const stream of STREAMS) expect(idsOf(found, stream)).toEqual(idsInLog(stream));
  expect(found).toHaveLength(log.length);
  for (const { partition, message } of found) expect(partition).toBe(partitionOf(message.key?.toString() ?? '', PARTITIONS));
}

async function foreignRecords(messages: readonly Message[], outcome: 'plain' | 'aborted' = 'plain'): Promise<void> {
  const transactionalId = outcome === 'aborted' ? `test-${randomUUID()}` : undefined;
  const producer = client.producer({
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
    maxInFlightRequests: 1,
    ...(transactionalId === undefined ? {} : { transactionalId, idempotent: true }),
  });
  await producer.connect();
  if (transactionalId === undefined) await producer.send({ topic, messages: [...messages] });
  else {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [...messages] });
    await transaction.abort();
  }
  await producer.disconnect();
}

const everywhere = (message: Omit<Message, 'partition'>): Message[] =>
  Array.from({ length: PARTITIONS }, (_, partition) => ({ ...message, partition }));

test('a plain consumer finds every event as a CloudEvent, each stream in its order', async () => {
  await appendAll(10);
  expect(await catchUp()).toBe(0n);
  await holdsTheLog();
  const found = await records();
  for (const { id, type, stream, revision, position, data, metadata } of log) {
    const record = found.find(({ message }) => header(message, 'ce_id') === id)?.message;
    expect(record?.value?.toString()).toBe(`{"data":${data},"metadata":${metadata}}`);
    expect(Object.fromEntries(Object.entries(record?.headers ?? {}).map(([name, value]) => [name, value?.toString()]))).toEqual({
      ce_specversion: '1.0',
      ce_id: id,
      ce_source: 'urn:confledger:inst',
      ce_type: `com.confledger.${type}`,
      ce_subject: stream,
      ce_time: (JSON.parse(metadata) as { readonly occurredAt: string }).occurredAt,
      ce_revision: String(revision),
      ce_position: `inst:${position}`,
      ce_partitions: String(PARTITIONS),
      'content-type': 'application/json',
    });
  }
});

test('the topic is made with its settings, and the retention that is configured', async () => {
  await publisherOf({ retentionMs: 86_400_000 }).takeOver(never);
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: topic }] });
  const config = Object.fromEntries((resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]));
  expect(config).toMatchObject({ 'cleanup.policy': 'delete', 'retention.ms': '86400000', 'min.insync.replicas': '1' });
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  expect(topics[0]?.partitions).toHaveLength(PARTITIONS);
});

test.each(['fenced', 'read'] as const)('who is killed after "%s" has changed nothing', async (step) => {
  await appendAll(6);
  await catchUp();
  await appendAll(3);
  const victim = publisherOf({ onStep: (reached) => (reached === step ? Promise.reject(new Error('killed')) : undefined) });
  await expect(victim.takeOver(never)).rejects.toThrow('killed');
  expect(await catchUp()).toBe(log[5]?.position);
  await holdsTheLog();
});

test.each([
  ['begun', 6],
  ['produced', 6],
  ['committed', 9],
] as const)('after a publisher was killed after "%s" the next one resumes behind event %i', async (step, events) => {
  await appendAll(6);
  await catchUp();
  let armed = false;
  const victim = publisherOf({ onStep: (reached) => (armed && reached === step ? Promise.reject(new Error('killed')) : undefined) });
  const position = await victim.takeOver(never);
  await appendAll(3);
  armed = true;
  await expect(victim.publish(behind(position))).rejects.toThrow('killed');
  await appendAll(3);
  expect(await catchUp()).toBe(log[events - 1]?.position);
  await holdsTheLog();
});

test('a late publisher that wakes up in its transaction is fenced, and no older event comes behind a newer one', async () => {
  await appendAll(4);
  let wake: () => void = () => undefined;
  let asleep: () => void = () => undefined;
  const sleeps = new Promise<void>((resolve) => (asleep = resolve));
  const late = publisherOf({
    onStep: async (step) => {
      if (step !== 'begun') return;
      asleep();
      await new Promise<void>((resolve) => (wake = resolve));
    },
  });
  const publication = late.publish(behind(await late.takeOver(never))).catch((error: unknown) => error);
  await sleeps;
  expect(await catchUp()).toBe(0n);
  await appendAll(2);
  await catchUp();
  wake();
  expect(await publication).toBeInstanceOf(FeedFenced);
  await holdsTheLog();
});

test('of two publishers the first is told that it was fenced by the name that the port gives it', async () => {
  await appendAll(1);
  const [first, second] = [publisherOf(), publisherOf()];
  await first.takeOver(never);
  await second.takeOver(never);
  await expect(first.publish(log)).rejects.toThrow(FeedFenced);
  await second.publish(log);
  await holdsTheLog();
});

test('a topic that is deleted is made again, and everything is published once more', async () => {
  await appendAll(5);
  const { events } = follow();
  await eventually(() => events.some(({ kind }) => kind === 'published'), LONG);
  await admin.deleteTopics({ topics: [topic] });
  await eventually(async () => !(await admin.listTopics()).includes(topic), LONG);
  await appendAll(1);
  await eventually(() => events.filter(({ kind }) => kind === 'active').length > 1 && events.at(-1)?.kind === 'published', LONG);
  await holdsTheLog();
});

test('when everything has expired, everything is published once more; while one record is left, nothing is', async () => {
  await appendAll(6);
  await catchUp();
  const newest = partitionOf(log.at(-1)?.stream ?? '', PARTITIONS);
  // kafkajs removes nothing of a topic that it was not asked of before.
  await admin.fetchTopicOffsets(topic);
  const remove = (partition: number): Promise<void> => admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '-1' }] });
  await remove((newest + 1) % PARTITIONS);
  expect(await catchUp()).toBe(log.at(-1)?.position);
  await remove(newest);
  expect(await records()).toEqual([]);
  expect(await catchUp()).toBe(0n);
  await holdsTheLog();
});

test('the topic of another installation is left alone, with an alarm', async () => {
  await appendAll(4);
  await catchUp();
  await expect(publisherOf({ installation: 'other' }).takeOver(never)).rejects.toThrow(FeedOfAnotherInstallation);
  expect(alarms).toMatchObject([{ kind: 'another-installation', message: expect.stringContaining('give one of them another namespace') }]);
  await holdsTheLog();
});

test('what was undone at the end of a topic, and records of others, are looked behind, however many there are', async () => {
  await appendAll(8);
  await catchUp();
  const { stream } = log[0] as StoredEvent;
  const undone: Message[] = everywhere({
    key: stream,
    value: 'undone',
    headers: { ce_source: 'urn:confledger:inst', ce_position: 'inst:99' },
  });
  for (let n = 0; n < 3; n += 1) await foreignRecords(Array.from({ length: 150 }, () => undone).flat(), 'aborted');
  await foreignRecords(Array.from({ length: 70 }, () => everywhere({ key: 'k', value: 'foreign' })).flat());
  expect(await catchUp()).toBe(log.at(-1)?.position);
  expect(alarms).toEqual([]);
});

test('a record of somebody else under way is noticed, and what follows the log heals by itself', async () => {
  await appendAll(4);
  const { events } = follow();
  await eventually(() => events.some(({ kind }) => kind === 'published'), LONG);
  await foreignRecords(everywhere({ key: 'k', value: 'foreign' }));
  await appendAll(4);
  await eventually(() => events.filter(({ kind }) => kind === 'published').length > 1 && events.at(-1)?.kind === 'published', LONG);
  expect(events.filter(({ kind }) => kind === 'failed')).toHaveLength(1);
  await eventually(async () => (await records()).length === log.length + PARTITIONS, LONG);
  const found = await records();
  for (const stream of STREAMS) expect(idsOf(found, stream)).toEqual(idsInLog(stream));
});

test('of a long topic only the end is read', async () => {
  // Ten megabytes, of which a batch in each partition has to be read.
  await appendAll(100, 100_000);
  const publisher = publisherOf();
  await publisher.takeOver(never);
  for (let from = 0; from < log.length; from += 5) await publisher.publish(log.slice(from, from + 5));
  await publisher.close();
  // Small ones behind them: more than are read first, so that a batch of large ones is not among them.
  await appendAll(200);
  for (const event of behind(await publisher.takeOver(never))) await publisher.publish([event]);
  await publisher.close();
  const sockets: Socket[] = [];
  const counted = publisherOf({
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect(port, host, onConnect);
      sockets.push(socket);
      return socket;
    },
  });
  expect(await counted.takeOver(never)).toBe(log.at(-1)?.position);
  expect(sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0)).toBeLessThan(500_000);
});

test('the newest event of each partition is looked for in the log, and nothing is written where it is missing', async () => {
  await appendAll(8);
  await catchUp();
  const asked: EventPlace[] = [];
  const lost = new Error('the log was set back');
  const refused = publisherOf({
    adopt: (marks) => {
      asked.push(...marks);
      return Promise.reject(lost);
    },
  });
  const offsets = async (): Promise<string[]> => (await admin.fetchTopicOffsets(topic)).map(({ high }) => high);
  // A commit is acknowledged before its markers stand in the partitions, and until then nothing behind them is told.
  await eventually(async () => (await offsets()).reduce((sum, high) => sum + Number(high), 0) === log.length + PARTITIONS);
  const before = await offsets();
  await expect(refused.takeOver(never)).rejects.toBe(lost);
  for (const { stream, revision, id } of asked) expect(log).toContainEqual(expect.objectContaining({ stream, revision, id }));
  expect(asked.length).toBeGreaterThan(1);
  expect(asked.map(({ id }) => id)).toContain(log.at(-1)?.id);
  await expect(refused.publish([])).rejects.toThrow('taken over');
  expect(await offsets()).toEqual(before);
});

test('the newest event is published once more when half of the retention is over, so that the place to resume stays', async () => {
  await appendAll(3);
  let nowMs = Date.now();
  const now = (): number => nowMs;
  const publisher = publisherOf({ now });
  await publisher.publish(behind(await publisher.takeOver(never)));
  const newest = log.at(-1) as StoredEvent;
  nowMs += CHANGES_RETENTION_MS_DEFAULT / 2 - 60_000;
  await publisher.keep();
  // The broker writes the markers of a transaction a moment after it has answered its end.
  await eventually(async () => (await records()).length === 3, LONG);
  nowMs += 120_000;
  await publisher.keep();
  await publisher.keep();
  await eventually(async () => (await records()).length > 3, LONG);
  const found = await records();
  expect(found).toHaveLength(4);
  const twice = found
    .filter(({ message }) => header(message, 'ce_id') === newest.id)
    .map(({ partition, message: { key, value, headers } }) => ({ partition, key, value, headers }));
  expect(twice[1]).toEqual(twice[0]);

  // Who takes over knows the record's own age: the broker's, which is an hour at most here.
  const next = publisherOf({ now });
  expect(await next.takeOver(never)).toBe(newest.position);
  await next.keep();
  await eventually(async () => (await records()).length > 4, LONG);
  expect(await records()).toHaveLength(5);
});

test('nothing is published once more where nothing is removed by age, or nothing was published', async () => {
  const farAhead = (): number => Date.now() + 100 * CHANGES_RETENTION_MS_DEFAULT;
  await publisherOf({ retentionMs: -1, now: farAhead }).takeOver(never);
  await appendAll(2);
  await catchUp();
  const publisher = publisherOf({ now: farAhead });
  await publisher.takeOver(never);
  await publisher.keep();
  await holdsTheLog();
});

test('a compacted topic, one with fewer replicas in sync, or with other partitions than it was written with is refused', async () => {
  await appendAll(8);
  await catchUp();
  await expect(publisherOf({ minInsyncReplicas: 2 }).takeOver(never)).rejects.toThrow('min.insync.replicas is 1, less than 2');
  await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] });
  await eventually(async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length === 5);
  await expect(publisherOf().takeOver(never)).rejects.toThrow('has 5 partitions, but was written with another number');
  namespace = `changes-${randomUUID()}`;
  const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
  await createTestTopic(admin, { topic: `${namespace}.changes`, numPartitions: 1, replicationFactor: 1, configEntries });
  await expect(publisherOf().takeOver(never)).rejects.toThrow(
    new TopicUnfit(`the topic ${namespace}.changes cannot be used: its cleanup.policy is compact, not delete`),
  );
});

test('partitions that were added are refused although the newest event lies in the same one under both numbers', async () => {
  const stays = Array.from({ length: 100 }, (_, index) => `config-production.s${index}`).find(
    (each) => partitionOf(each, 1) === partitionOf(each, 2),
  );
  if (stays === undefined) throw new Error('every stream moves');
  const event = { id: randomUUID(), type: 'ConfigSet', data: '{}', metadata: '{}', stream: stays, revision: 0, position: 1n };
  const publisher = publisherOf({ partitions: 1 });
  await publisher.takeOver(never);
  await publisher.publish([event]);
  await publisher.close();
  await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
  await eventually(async () => (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length === 2);
  await expect(publisherOf().takeOver(never)).rejects.toThrow('has 2 partitions, but was written with another number');
});

test('events of the largest size that a log takes pass, in transactions that are bounded', async () => {
  await appendAll(40, APPEND_BYTES_MAX - 200);
  const steps: PublisherStep[] = [];
  await catchUp({ onStep: (step) => void steps.push(step) });
  expect(steps.filter((step) => step === 'committed')).toHaveLength(2);
  expect(await catchUp()).toBe(log.at(-1)?.position);
});

test('connections that ended while nothing happened are made again without a fault', async () => {
  const route = await kafkaRoute(kafka.brokers);
  cleaners.unshift(() => route.close());
  await appendAll(1);
  const { events } = follow({ socketFactory: route.socketFactory });
  await eventually(() => events.some(({ kind }) => kind === 'published'), LONG);
  for (const proxy of route.proxies) proxy.cut();
  await eventually(() => route.proxies.every(({ connections }) => connections === 0));
  await appendAll(3);
  await eventually(
    () => events.filter((event) => event.kind === 'published').reduce((sum, each) => sum + each.events, 0) === log.length,
    LONG,
  );
  await holdsTheLog();
  expect(events.map(({ kind }) => kind)).not.toContain('failed');
});
