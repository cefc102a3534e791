// The publishing side, for the relay. Nodes use the package's root, which does not load this.
export { createKafkaFeed } from './publisher/kafka-feed-publisher.js';
export type { KafkaFeedPublisherOptions } from './publisher/kafka-feed-publisher.js';
export { CHANGES_RETENTION_MS_DEFAULT, createKafkaChanges } from './publisher/kafka-changes.js';
export type { KafkaChangesOptions } from './publisher/kafka-changes.js';
export { FeedOfAnotherInstallation } from './publisher/alarms.js';
export type { FeedAlarm } from './publisher/alarms.js';
export {
  DELETE_RETENTION_MS,
  MIN_INSYNC_REPLICAS_DEFAULT,
  PARTITIONS_DEFAULT,
  REPLICATION_FACTOR_DEFAULT,
  TopicUnfit,
} from './publisher/topic-settings.js';
export type { TopicSettings } from './publisher/topic-settings.js';
export { OffsetUnexpected, SEND_BYTES_MAX, TRANSACTION_TIMEOUT_MS } from './publisher/transactions.js';
export type { PublisherStep } from './publisher/transactions.js';
export type { KafkaConnection, KafkaCredentials } from './client.js';
export type { KafkaLogLine } from './client-log.js';
