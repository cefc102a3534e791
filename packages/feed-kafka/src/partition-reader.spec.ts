// A node's reading of its partition, delivered by hand: what ends a reading, begins one anew, and is told when.
import { FeedFollower, leavesOf, markerOf, SigningLedger } from '@confledger/conformance';
import type { EachBatchPayload, KafkaMessage, Message } from 'kafkajs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PartitionReader } from './partition-reader.js';
import { beatMessage, leafMessage, markerMessage } from './records.js';

const PARTITION = 1;
const PARTITION_COUNT = 3;

let ledger: SigningLedger;
let sink: FeedFollower;
let reader: PartitionReader;
let end: bigint;
let seeks: number;
let failed: Promise<Error>;
/** Offset of the next record that is delivered. */
let at: bigint;

beforeEach(() => {
  vi.useFakeTimers();
  ledger = new SigningLedger();
  sink = new FeedFollower();
  reader = new PartitionReader(ledger.name, sink, () => undefined);
  [end, seeks, at] = [0n, 0, 0n];
  failed = reader.attach({
    partition: PARTITION,
    partitionCount: PARTITION_COUNT,
    offsets: () => Promise.resolve({ low: 0n, high: end }),
    seekToStart: () => {
      seeks += 1;
      at = 0n;
    },
  });
});
afterEach(() => {
  reader.close();
  vi.useRealTimers();
});

const settled = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);
const afterPauses = (): Promise<void> => vi.advanceTimersByTimeAsync(60_000).then(() => undefined);
const said = (): string[] => sink.said.filter((each) => !each.startsWith('leaf'));

/** A transaction: its records, and the offset that its end takes. */
function deliver(messages: readonly Message[]): void {
  const stored = messages.map(({ key, value, headers }, index) => ({
    key: Buffer.from(String(key)),
    value: value === null ? null : Buffer.from(String(value)),
    headers,
    offset: String(at + BigInt(index)),
  }));
  const batch = { topic: 't', partition: PARTITION, messages: stored as KafkaMessage[], firstOffset: () => String(at) };
  reader.batch({ batch, isStale: () => false } as EachBatchPayload);
  at += BigInt(messages.length) + 1n;
  reader.passed(PARTITION, at);
}

function activation(json: Parameters<SigningLedger['activate']>[0]): Message[] {
  const active = ledger.activate(json);
  return [
    ...leavesOf(active).map((leaf) => leafMessage(ledger.name, leaf, PARTITION)),
    markerMessage(ledger.name, markerOf(active), PARTITION),
  ];
}

function beat(incarnation = 'one', partitions = PARTITION_COUNT): Message {
  return beatMessage({ installation: 'inst', incarnation, position: 'inst:1', time: 'now', partitions }, PARTITION);
}

async function live(): Promise<void> {
  end = 4n;
  reader.joined();
  await settled();
  deliver([...activation({ a: 1 }), beat()]);
  expect(said()).toEqual(['reset', 'active 2', 'synchronized']);
  sink.said.length = 0;
}

test('nothing is told before the captured end is reached, and only the newest marker then', async () => {
  end = 6n;
  reader.joined();
  await settled();
  deliver(activation({ a: 1 }));
  expect(sink.said).toEqual([]);
  deliver(activation({ a: 2 }));
  expect(sink.said).toEqual(['reset', 'leaf a', 'active 4', 'synchronized']);
});

test('the end is reached by what no handler sees: the ends of transactions, and aborted records', async () => {
  end = 9n;
  reader.joined();
  await settled();
  deliver(activation({ a: 1 }));
  expect(sink.said).toEqual([]);
  reader.passed(PARTITION, 9n);
  expect(said()).toEqual(['reset', 'active 2', 'synchronized']);
});

test('records of other ledgers and other partitions are not told', async () => {
  await live();
  const other = new SigningLedger('production.other');
  deliver([markerMessage(other.name, markerOf(other.activate({ x: 1 })), PARTITION)]);
  reader.passed(0, 0n);
  expect(sink.said).toEqual([]);
});

test('what comes live is told as it comes, beats too', async () => {
  await live();
  deliver([...activation({ a: 1, b: 2 }), beat()]);
  expect(sink.said).toEqual(['leaf a', 'leaf b', 'active 4', 'beat']);
});

test('a group that is joined again begins a reading, and what the node runs already is only confirmed', async () => {
  await live();
  [at, end] = [0n, 4n];
  reader.joined();
  await settled();
  const active = ledger.newest;
  if (active === null) throw new Error('nothing is active');
  deliver([
    ...leavesOf(active).map((leaf) => leafMessage(ledger.name, leaf, PARTITION)),
    markerMessage(ledger.name, markerOf(active), PARTITION),
    beat(),
  ]);
  expect(said()).toEqual(['synchronized']);
});

test('a topic that names what the node runs, but holds other leaves, is told whole', async () => {
  await live();
  [at, end] = [0n, 3n];
  reader.joined();
  await settled();
  const active = ledger.newest;
  if (active === null) throw new Error('nothing is active');
  deliver([
    leafMessage(ledger.name, { path: 'a', value: 'changed', version: 1 }, PARTITION),
    markerMessage(ledger.name, markerOf(active), PARTITION),
  ]);
  expect(said()).toEqual(['reset', 'active 2', 'synchronized']);
  expect(sink.misfits).toHaveLength(1);
});

test('an offset that falls begins a reading from the start', async () => {
  await live();
  at = 0n;
  deliver(activation({ a: 5 }));
  expect(sink.said).toEqual([]);
  await afterPauses();
  expect(seeks).toBe(1);
});

test('another incarnation begins a reading from the start', async () => {
  await live();
  deliver([beat('two')]);
  expect(sink.said).toEqual([]);
  await afterPauses();
  expect(seeks).toBe(1);
});

test('a topic with another partition count than its beats say is given up', async () => {
  await live();
  deliver([beat('one', PARTITION_COUNT + 1)]);
  expect((await failed).message).toBe('the topic has 3 partitions, its publisher wrote it with 4');
});

test('a restart drops what comes until the new reading begins, and restarts in a row come at growing intervals', async () => {
  await live();
  reader.restart();
  deliver(activation({ a: 2 }));
  expect(sink.said).toEqual([]);
  await vi.advanceTimersByTimeAsync(100);
  expect(seeks).toBe(1);
  reader.restart();
  await vi.advanceTimersByTimeAsync(99);
  expect(seeks).toBe(1);
  await vi.advanceTimersByTimeAsync(101);
  expect(seeks).toBe(2);
});

test('a reading that does not add up goes on to a new end when more has come, with what it has', async () => {
  end = 3n;
  sink.answer = 'incomplete';
  reader.joined();
  await settled();
  deliver(activation({ a: 1 }));
  expect(said()).toEqual(['reset', 'active 2', 'synchronized']);
  end = 6n;
  deliver(activation({ a: 2 }));
  await afterPauses();
  expect(said()).toEqual(['reset', 'active 2', 'synchronized', 'reset', 'active 4', 'synchronized']);
  expect(seeks).toBe(0);
});

test('a reading that does not add up begins at the start when nothing more has come', async () => {
  end = 3n;
  sink.answer = 'incomplete';
  reader.joined();
  await settled();
  deliver(activation({ a: 1 }));
  await afterPauses();
  expect(seeks).toBe(1);
});

test('a closed reader tells nothing more', async () => {
  await live();
  reader.close();
  deliver(activation({ a: 2 }));
  reader.joined();
  await afterPauses();
  expect(sink.said).toEqual([]);
});
