// The event store that a service's settings choose.
export { awaitLog } from './await-log.js';
export { openEventStore, openEventStoreNow } from './open-event-store.js';
export type { OpenedEventStore, OpenEventStoreOptions } from './open-event-store.js';
export type { EventStoreLogger } from './logged-guard.js';
