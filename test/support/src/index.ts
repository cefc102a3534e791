// What tests share. Never imported by what is shipped.
export { eventually } from './eventually.js';
export { faultyEventStore } from './faulty-event-store.js';
export type { AppendFault, FaultyEventStore } from './faulty-event-store.js';
export { freshDatabase } from './fresh-database.js';
export { startKafka, startSecuredKafka } from './kafka.js';
export type { SecuredKafka, TestKafka } from './kafka.js';
export { kafkaRoute } from './kafka-route.js';
export type { KafkaRoute } from './kafka-route.js';
export { MEMBERS_BEFORE, NAME_TRAPS, NAME_TRAP_CASES, setNameTrap } from './name-traps.js';
export type { NameTrap } from './name-traps.js';
export { startPostgres } from './postgres.js';
export type { StartPostgresOptions, TestPostgres } from './postgres.js';
export { SigningKey } from './signing-key.js';
export { tcpProxy, throughProxy } from './tcp-proxy.js';
export type { TcpProxy } from './tcp-proxy.js';
export { topicMessages } from './topic-messages.js';
export type { TopicMessage } from './topic-messages.js';
