// The right to project, as a Postgres session lock: the server gives it back when its holder's connection ends, however it ends.
import { pause, type ProjectorLease, type ProjectorLock } from '@confledger/application';
import { tryAdvisoryLock } from '@confledger/postgres';
import { READ_MODEL_SCHEMA_DEFAULT, type ReadModelLocation } from './schema.js';

/** How often a standby tries: it takes over within about a second of the active one's end. */
export const TRY_INTERVAL_MS = 500;

export function createProjectorLock(location: ReadModelLocation): ProjectorLock {
  const name = `project ${location.schema ?? READ_MODEL_SCHEMA_DEFAULT}`;
  return {
    async acquire(signal, onStandby): Promise<ProjectorLease | null> {
      for (let told = false; !signal.aborted; ) {
        const answer = await tryAdvisoryLock(location, name).catch(() => 'unreachable' as const);
        if (answer !== null && answer !== 'unreachable') return answer;
        if (answer === null && !told) {
          told = true;
          onStandby?.();
        }
        await pause(TRY_INTERVAL_MS, signal);
      }
      return null;
    },
  };
}
