// One suite per port, which every adapter runs.
export { eventStoreConformance } from './event-store.js';
export type { EventStoreUnderTest } from './event-store.js';
