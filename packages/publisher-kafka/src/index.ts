// What the relay writes to Kafka: the feed for nodes, and every change for other systems.
export { createKafkaFeed } from './kafka-feed-publisher.js';
export type { KafkaFeedPublisherOptions } from './kafka-feed-publisher.js';
export { CHANGES_RETENTION_MS_DEFAULT, createKafkaChanges } from './kafka-changes.js';
export type { KafkaChangesOptions } from './kafka-changes.js';
export { FeedOfAnotherInstallation } from './alarms.js';
export type { FeedAlarm } from './alarms.js';
export {
  ACTIVE_TOPIC_RULES,
  changesTopicRules,
  DELETE_RETENTION_MS,
  MIN_INSYNC_REPLICAS_DEFAULT,
  PARTITIONS_DEFAULT,
  REPLICATION_FACTOR_DEFAULT,
  TopicUnfit,
} from './topic-settings.js';
export type { TopicRules, TopicSettings } from './topic-settings.js';
export { OffsetUnexpected, SEND_BYTES_MAX, TRANSACTION_TIMEOUT_MS } from './transactions.js';
export type { PublisherStep } from './transactions.js';
export type { KafkaConnection, KafkaCredentials, KafkaLogLine } from '@confledger/feed-kafka/topic';
