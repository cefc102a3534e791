// The right to project, as a Postgres session lock: the server gives it back when its holder's connection ends, however it ends.
import { pause, type ProjectorLease, type ProjectorLock } from '@confledger/application';
import { tryAdvisoryLock } from '@confledger/postgres';
import { READ_MODEL_SCHEMA_DEFAULT, type ReadModelLocation } from './schema.js';

/** How often a standby tries: it takes over within about a second of the active one's end. */
export const TRY_INTERVAL_MS = 500;

export function createProjectorLock(location: ReadModelLocation): ProjectorLock {
  const name = `project ${location.schema ?? READ_MODEL_SCHEMA_DEFAULT}`;
  return {
    async acquire(signal): Promise<ProjectorLease | null> {
      while (!signal.aborted) {
        // A Postgres that is away is like a lock that another holds: there is nothing to do but to try again.
        const lease = await tryAdvisoryLock(location, name).catch(() => null);
        if (lease !== null) return lease;
        await pause(TRY_INTERVAL_MS, signal);
      }
      return null;
    },
  };
}
