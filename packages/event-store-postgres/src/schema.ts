// The schema of the event store: its name, and how it comes to be.
import { migrate, type PostgresOptions } from '@confledger/postgres';
import { events } from './migrations/0001-events.js';

export const EVENTS_SCHEMA_DEFAULT = 'confledger_events';

/** Never edited once released: what changes is a new number. */
const MIGRATIONS = [events];

/** Makes or updates the tables of the event store. Safe to call at every start, from any number of processes. Answers the steps applied. */
export function migrateEventStore(options: PostgresOptions & { readonly schema?: string }): Promise<number[]> {
  return migrate({ ...options, schema: options.schema ?? EVENTS_SCHEMA_DEFAULT }, MIGRATIONS);
}
