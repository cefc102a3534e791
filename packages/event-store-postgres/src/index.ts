// The event store on Postgres.
export { createPostgresEventStore } from './event-store.js';
export type { PostgresEventStoreOptions } from './event-store.js';
export { ensureEventStore, EVENTS_RIGHTS, EVENTS_SCHEMA_DEFAULT, migrateEventStore } from './schema.js';
