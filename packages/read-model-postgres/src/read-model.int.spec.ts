// The Postgres read model under the rules of its port.
import { readModelConformance } from '@confledger/conformance';
import { createPool } from '@confledger/postgres';
import { freshDatabase } from '@confledger/test-support';
import { openProjectionStore } from './projection-store.js';
import { createPostgresReadModel } from './read-model.js';
import { migrateReadModel } from './schema.js';

let database: Promise<string> | undefined;
let schemas = 0;

readModelConformance('The Postgres read model', async () => {
  schemas += 1;
  const location = { connectionString: await (database ??= freshDatabase()), schema: `test_${schemas}` };
  await migrateReadModel(location);
  const pool = createPool(location);
  const readModel = createPostgresReadModel(location);
  return {
    readModel,
    store: await openProjectionStore(pool, location.schema),
    close: async () => {
      await readModel.close();
      await pool.end();
    },
  };
});
