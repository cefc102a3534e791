// The store in memory is held to the same rules as the real ones.
import { createInMemoryEventStore } from '@confledger/application';
import { eventStoreConformance } from './event-store.js';

eventStoreConformance({
  name: 'The event store in memory',
  create: async () => createInMemoryEventStore(),
  notSharedBecause: 'its log is inside one store',
});
