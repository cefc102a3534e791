// The store in memory is held to the same rules as the real ones.
import { createInMemoryEventStore } from '@confledger/application/testing';
import { eventStoreConformance } from './event-store.js';

eventStoreConformance({
  name: 'The event store in memory',
  create: async (checkLog) => createInMemoryEventStore(checkLog === undefined ? {} : { checkLog }),
  notSharedBecause: 'its log is inside one store',
});
