// A golden marker with statement 2 in the records of a partition: the node that reads them verifies and runs it, and no changed one.
import { goldenActivation } from '@confledger/conformance';
import type { NodeFeed } from '@confledger/contracts';
import { connectNode } from '@confledger/sdk';
import type { EachBatchPayload, KafkaMessage, Message } from 'kafkajs';
import { expect, test } from 'vitest';
import { PartitionReader } from './partition-reader.js';
import { leafMessage, markerMessage } from './records.js';

const LEDGER = { environment: 'production', service: 'trading-engine' };
const golden = goldenActivation();

/** A feed whose partition holds these records. */
function feedOf(messages: readonly Message[]): NodeFeed {
  const end = BigInt(messages.length);
  const stored = messages.map(({ key, value }, index) => ({
    key: Buffer.from(String(key)),
    value: Buffer.from(String(value)),
    headers: {},
    offset: String(index),
  }));
  const batch = { topic: 't', partition: 0, messages: stored as KafkaMessage[], firstOffset: () => '0' };
  return {
    reportTarget: null,
    open: ({ environment, service }, sink) => {
      const reader = new PartitionReader(`${environment}.${service}`, sink, () => undefined);
      const offsets = () => Promise.resolve({ low: 0n, high: end });
      void reader.attach({ partition: 0, partitionCount: 1, offsets, seekToStart: () => undefined });
      reader.joined();
      setImmediate(() => {
        reader.batch({ batch, isStale: () => false } as EachBatchPayload);
        reader.passed(0, end);
      });
      return { restart: () => undefined, close: () => Promise.resolve(reader.close()) };
    },
  };
}

const records = (marker: typeof golden.marker): Message[] => [
  ...golden.leaves.map((leaf) => leafMessage(golden.ledger, leaf, 0)),
  markerMessage(golden.ledger, marker, 0),
];

const connect = (marker = golden.marker) =>
  connectNode({ ...LEDGER, feed: feedOf(records(marker)), publicKey: golden.publicKey, startTimeoutMs: 1_000 });

test('the golden marker is run', async () => {
  const node = await connect();
  const { activation, digest } = golden.marker;
  expect(node.status).toMatchObject({ state: 'ready', running: { activation, digest } });
  await node.close();
});

test('a marker that was changed in what only statement 2 covers is refused', async () => {
  await expect(connect({ ...golden.marker, pinned: true })).rejects.toMatchObject({
    code: 'ACTIVATION_REFUSED',
    message: expect.stringContaining('signature'),
  });
});
