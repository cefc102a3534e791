// What somebody with access to the brokers can do to a topic: delete it, cut it, write to it, change its settings.
import { createTestTopic, eventually } from '@confledger/test-support';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import type { TopicRecord } from './topic-records.js';

/** A record of somebody else. */
export type ForeignRecord = Pick<TopicRecord, 'partition' | 'key' | 'value'> & Partial<Pick<TopicRecord, 'headers'>>;

const LONG = { timeoutMs: 30_000 };
/** kafkajs's number for the settings of a topic. */
const TOPIC_RESOURCE = 2;
/** What the relay asks of its topic. */
const REQUIRED_SETTINGS = { 'cleanup.policy': 'compact', 'delete.retention.ms': '86400000', 'min.insync.replicas': '1' };
/** The least that a broker lets a topic be compacted after. */
const COMPACTING_SETTINGS = { 'segment.ms': '500', 'max.compaction.lag.ms': '500', 'min.cleanable.dirty.ratio': '0.01' };

export class TopicTampering {
  readonly #kafka: Kafka;
  readonly #topic: string;

  constructor(brokers: readonly string[], topic: string) {
    this.#kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
    this.#topic = topic;
  }

  async delete(): Promise<void> {
    await this.#withAdmin((admin) => admin.deleteTopics({ topics: [this.#topic] }));
  }

  /** The same topic with nothing but these records. */
  async replace(records: readonly ForeignRecord[], partitions: number): Promise<void> {
    await this.#withAdmin(async (admin) => {
      await admin.deleteTopics({ topics: [this.#topic] });
      await eventually(async () => !(await admin.listTopics()).includes(this.#topic), LONG);
      const configEntries = entries(REQUIRED_SETTINGS);
      await createTestTopic(admin, { topic: this.#topic, numPartitions: partitions, replicationFactor: 1, configEntries });
    });
    await this.write(records);
  }

  /** By a producer that takes part in no transaction. */
  async write(records: readonly ForeignRecord[]): Promise<void> {
    const producer = this.#kafka.producer({
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    await producer.connect();
    try {
      const messages = records.map(({ partition, key, value, headers = {} }) => ({ partition, key, value, headers }));
      if (messages.length > 0) await producer.send({ topic: this.#topic, messages });
    } finally {
      await producer.disconnect();
    }
  }

  /** From now on the broker compacts it as soon as it can. */
  async compactSoon(): Promise<void> {
    const configEntries = entries({ ...REQUIRED_SETTINGS, ...COMPACTING_SETTINGS });
    await this.#withAdmin((admin) =>
      admin.alterConfigs({ validateOnly: false, resources: [{ type: TOPIC_RESOURCE, name: this.#topic, configEntries }] }),
    );
  }

  async #withAdmin(act: (admin: Admin) => Promise<unknown>): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      await act(admin);
    } finally {
      await admin.disconnect();
    }
  }
}

function entries(settings: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(settings).map(([name, value]) => ({ name, value }));
}
