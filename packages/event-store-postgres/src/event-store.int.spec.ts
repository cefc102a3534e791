// The Postgres event store and the rules of its port.
import { eventStoreConformance } from '@confledger/conformance';
import { freshDatabase } from '@confledger/test-support';
import { createPostgresEventStore, migrateEventStore } from './index.js';

let shared: string | undefined;

eventStoreConformance({
  name: 'The event store on Postgres',
  create: async (checkLog) => {
    const connectionString = await freshDatabase();
    shared ??= connectionString;
    await migrateEventStore({ connectionString });
    return createPostgresEventStore({ connectionString, ...(checkLog === undefined ? {} : { checkLog }) });
  },
  createSecond: async () => createPostgresEventStore({ connectionString: shared ?? '' }),
});
