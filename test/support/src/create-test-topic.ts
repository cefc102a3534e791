// Makes a topic of Kafka for a test that writes it by itself.
import type { Admin, ITopicConfig } from 'kafkajs';
import { eventually } from './eventually.js';

const LONG = { timeoutMs: 60_000 };

/**
 * Resolves when the broker knows the topic and its leaders. `waitForLeaders` of kafkajs rejects where a busy broker does not know yet the
 * topic that it has made.
 */
export async function createTestTopic(admin: Admin, topic: ITopicConfig): Promise<void> {
  await admin.createTopics({ waitForLeaders: false, topics: [topic] });
  await eventually(() => admin.fetchTopicMetadata({ topics: [topic.topic] }), LONG);
}
