// The event store on EventStoreDB and KurrentDB.
export { createEventStoreDbEventStore } from './event-store.js';
export type { EventStoreDbEventStoreOptions } from './event-store.js';
