import type { KafkaMessage } from 'kafkajs';
import { expect, test } from 'vitest';
import { partitionOf } from '@confledger/feed-kafka/topic';
import { TopicContents } from './topic-contents.js';

const LEDGER = 'production.trading-engine';
const PARTITIONS = 3;
const HOME = partitionOf(LEDGER, PARTITIONS);

const record = (key: string, value: string): KafkaMessage => ({
  key: Buffer.from(key),
  value: Buffer.from(value),
  timestamp: '0',
  attributes: 0,
  offset: '0',
  headers: {},
});

test("a leaf counts in its ledger's partition and in no other, where no node reads it", () => {
  const contents = new TopicContents(PARTITIONS);
  contents.record(HOME, record(`${LEDGER}|n`, '{"value":1,"version":1}'));
  const digest = contents.ledger(LEDGER).digest();
  contents.record((HOME + 1) % PARTITIONS, record(`${LEDGER}|n`, '{"value":2,"version":2}'));
  expect(contents.ledger(LEDGER).digest()).toBe(digest);
});

test('a beat that cannot be read makes its partition one without a beat', () => {
  const contents = new TopicContents(PARTITIONS);
  const beat = { installation: 'i', incarnation: 'n', position: 'i:1', time: '2026-01-01T00:00:00.000Z', partitions: PARTITIONS };
  contents.record(0, record('~beat', JSON.stringify(beat)));
  expect(contents.beats.get(0)).toEqual(beat);
  contents.record(0, record('~beat', 'rubbish'));
  expect(contents.beats.has(0)).toBe(false);
});
