// Doubles of engines that are no npm package: for tests only, never imported by what is shipped.
export { appendForeign, eventStoreDbDouble } from './eventstoredb/server.js';
export type { EventStoreDbDouble, EventStoreDbDoubleOptions } from './eventstoredb/server.js';
export { Faults } from './eventstoredb/faults.js';
export type { Endpoint } from './eventstoredb/faults.js';
export { EventLog } from './eventstoredb/log.js';
export type { AppendDecision, ExpectedRevision, LogEvent, ProposedEvent } from './eventstoredb/log.js';
