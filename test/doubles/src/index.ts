// Doubles of engines that are no npm package: for tests only, never imported by what is shipped.
export { eventStoreDbDouble } from './eventstoredb/server.js';
export type { EventStoreDbDouble, EventStoreDbDoubleOptions } from './eventstoredb/server.js';
export { eventStoreDbCluster } from './eventstoredb/cluster.js';
export type { EventStoreDbCluster, EventStoreDbClusterOptions } from './eventstoredb/cluster.js';
export type { ClusterMember } from './eventstoredb/member.js';
export { playSchedule, randomSchedule } from './eventstoredb/schedule.js';
export type { ClusterAction, PlayOptions, ScheduledStep, ScheduleOptions } from './eventstoredb/schedule.js';
export { appendForeign } from './eventstoredb/node.js';
export type { NodeView } from './eventstoredb/node.js';
export { Faults } from './eventstoredb/faults.js';
export type { Count } from './eventstoredb/faults.js';
export type { Endpoint } from './eventstoredb/endpoint.js';
export { ledBy, withoutLeader } from './eventstoredb/gossip-plays.js';
export type { GossipMember, GossipPlay, MemberState } from './eventstoredb/gossip-plays.js';
export { EventLog } from './eventstoredb/log.js';
export type { AppendDecision, ExpectedRevision, LogEvent, ProposedEvent } from './eventstoredb/log.js';
