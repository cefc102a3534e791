// The entry `@confledger/feed-kafka/topic`: what writers of topics share with readers. Where records lie and what they hold, how a Kafka is
// reached, and how a topic is read. It is not part of what is published for nodes.
export { createClient } from './client.js';
export type { KafkaConnection, KafkaCredentials } from './client.js';
export type { KafkaLogLine } from './client-log.js';
export { connectionProblem } from './connection-problems.js';
export { brokerErrorType } from './error-details.js';
export { partitionOf } from './partitions.js';
export {
  activeTopic,
  beatMessage,
  leafMessage,
  markerMessage,
  NAMESPACE_DEFAULT,
  readBeat,
  readKey,
  readLeaf,
  readMarker,
} from './records.js';
export { openTopicConsumer } from './topic-consumer.js';
export type { ConsumerListener, Seek } from './topic-consumer.js';
export { topicOffsets } from './topic-offsets.js';
export type { PartitionOffsets } from './topic-offsets.js';
