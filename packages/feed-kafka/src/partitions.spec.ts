import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { expect, test } from 'vitest';
import { partitionOf } from './partitions.js';

test('a ledger lies where every client of Kafka would put its name as a key', () => {
  const theirs = Partitioners.DefaultPartitioner();
  const partitionMetadata = (count: number) =>
    Array.from({ length: count }, (_, partitionId) => ({ partitionId, partitionErrorCode: 0, leader: 0, replicas: [], isr: [] }));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.integer({ min: 1, max: 50 }), (ledger, count) => {
      expect(partitionOf(ledger, count)).toBe(
        theirs({ topic: 't', partitionMetadata: partitionMetadata(count), message: { key: ledger, value: null } }),
      );
    }),
  );
});

test('names keep their places for ever', () => {
  expect(['production.trading-engine', 'production.risk-gateway', 'staging.trading-engine'].map((ledger) => partitionOf(ledger, 12)))
    .toMatchInlineSnapshot(`
    [
      6,
      2,
      11,
    ]
  `);
});
