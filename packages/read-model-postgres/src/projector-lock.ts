// The right to project: one projector for each read model.
import type { ProjectorLock } from '@confledger/application';
import { createElection } from '@confledger/postgres';
import { READ_MODEL_SCHEMA_DEFAULT, type ReadModelLocation } from './schema.js';

export function createProjectorLock(location: ReadModelLocation): ProjectorLock {
  return createElection(location, `project ${location.schema ?? READ_MODEL_SCHEMA_DEFAULT}`);
}
