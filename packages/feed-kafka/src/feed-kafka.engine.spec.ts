// The feed over Kafka against the port's suite, over a real broker.
import type { ActiveDocument } from '@confledger/application';
import { feedConformance, SigningKey, type FeedHarness } from '@confledger/conformance';
import { kafkaRoute, sharedKafka, type SharedKafka } from '@confledger/test-support';
import { randomUUID } from 'node:crypto';
import { beforeAll } from 'vitest';
import { kafkaFeed } from './index.js';
import { createKafkaFeed } from '@confledger/publisher-kafka';

let kafka: SharedKafka;

beforeAll(async () => void (kafka = await sharedKafka()));

feedConformance({ name: 'the feed over Kafka', create });

async function create(): Promise<FeedHarness> {
  const namespace = `conformance-${randomUUID()}`;
  const route = await kafkaRoute(kafka.brokers);
  const publisher = createKafkaFeed({
    brokers: kafka.brokers,
    namespace,
    installation: 'test',
    publicKeys: [new SigningKey().publicKey],
    load: () => Promise.resolve(null),
    lastPosition: () => Promise.resolve(1_000n),
    partitions: 2,
    replicationFactor: 1,
    minInsyncReplicas: 1,
  });
  await publisher.takeOver(new AbortController().signal);
  return {
    feed: kafkaFeed({ brokers: kafka.brokers, namespace, socketFactory: route.socketFactory, maxWaitTimeMs: 50, reconnectDelayMsMax: 50 }),
    publish: (active: ActiveDocument) => publisher.publish([active], BigInt(active.activation)),
    breakOff: () => Promise.resolve(route.shut()),
    heal: () => Promise.resolve(route.open()),
    close: async () => {
      await publisher.close();
      await route.close();
    },
  };
}
