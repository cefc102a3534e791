// The schema of the event store: its name, its migrations, and the rights of the parts on it.
import { ensureLayout, migrate, type Layout, type Part, type PostgresOptions, type SchemaRights } from '@confledger/postgres';
import { events } from './migrations/0001-events.js';

export const EVENTS_SCHEMA_DEFAULT = 'confledger_events';

/** Never edited once released: what changes is a new number. */
const MIGRATIONS = [events];

/** The api appends; no part may change or remove an event. A table that comes with a migration is added here. */
export const EVENTS_RIGHTS: SchemaRights = {
  tables: {
    events: { api: ['SELECT', 'INSERT'], projector: ['SELECT'], relay: ['SELECT'] },
    migrations: { api: ['SELECT'], projector: ['SELECT'], relay: ['SELECT'] },
  },
  functions: { append: ['api'], append_stream: ['api'], refuse_change: [] },
};

type Location = PostgresOptions & { readonly schema?: string };

/** Makes or updates the tables of the event store, as their owner. Safe to call from any number of processes. Answers the steps applied. */
export function migrateEventStore(options: Location): Promise<number[]> {
  const { schema, migrations } = layoutAt(options);
  return migrate({ ...options, schema }, migrations);
}

/** Makes the tables usable for a part: see `ensureLayout`. Safe to call at every start. */
export function ensureEventStore(options: Location, part: Part): Promise<{ readonly isOwner: boolean }> {
  return ensureLayout(options, layoutAt(options), part);
}

function layoutAt({ schema = EVENTS_SCHEMA_DEFAULT }: Location): Layout {
  return { schema, migrations: MIGRATIONS, rights: EVENTS_RIGHTS };
}
