// What a trading node passes to `connectNode` to follow the feed over Kafka.
export { kafkaFeed, SESSION_TIMEOUT_MS } from './kafka-feed.js';
export type { KafkaFeedOptions } from './kafka-feed.js';
export type { KafkaConnection, KafkaCredentials } from './client.js';
export type { KafkaLogLine } from './client-log.js';
