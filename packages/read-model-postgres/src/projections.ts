// What a projector needs of Postgres, in one piece: the store of the generation that serves, and the lock.
import type { ProjectionStore, ProjectorLock } from '@confledger/application';
import { createPool } from '@confledger/postgres';
import { openProjectionStore } from './projection-store.js';
import { createProjectorLock } from './projector-lock.js';
import { READ_MODEL_SCHEMA_DEFAULT, type ReadModelLocation } from './schema.js';

export interface PostgresProjections {
  /** The store of the generation that serves at this moment. */
  readonly store: () => Promise<ProjectionStore>;
  readonly lock: ProjectorLock;
  close(): Promise<void>;
}

/** A projector writes on one connection and reads views on another. */
const CONNECTIONS_MAX = 2;

/** Connects when first used; `migrateReadModel` must have been run. Close it after the projector has ended. */
export function createPostgresProjections(location: ReadModelLocation, onError?: (error: Error) => void): PostgresProjections {
  const pool = createPool({ applicationName: 'confledger projector', connectionsMax: CONNECTIONS_MAX, ...location }, onError);
  return {
    store: () => openProjectionStore(pool, location.schema ?? READ_MODEL_SCHEMA_DEFAULT),
    lock: createProjectorLock(location),
    close: () => pool.end(),
  };
}
