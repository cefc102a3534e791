// The event store that a service's settings choose. Used by compose.ts of every service that has one.
export { openEventStore } from './open-event-store.js';
export type { FaultLogger } from './open-event-store.js';
