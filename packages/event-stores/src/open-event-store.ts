// Opens the event store that the settings choose, under a guard that notices when its log is set back: the one place where a choice becomes
// an adapter.
import {
  EventStoreRefused,
  EventStoreUnavailable,
  guardedEventStore,
  openLog,
  readInstallation,
  type EventStore,
  type LogGuard,
  type LogToOpen,
} from '@confledger/application';
import { createEventStoreDbEventStore } from '@confledger/event-store-eventstoredb';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { connectClient, connectionProblems, endClient, isAway } from '@confledger/postgres';
import { limitedWarnings, StartRefused, type EventStoreChoice } from '@confledger/process';
import { createLoggedGuard, type LoggedGuardOptions } from './logged-guard.js';

export interface OpenEventStoreOptions extends LoggedGuardOptions {
  /** See `PostgresEventStoreOptions`. Default true. */
  readonly wakesOthers?: boolean;
}

/** An event store that may be away, and whose log must not be used before it is opened (`openLog`). */
export interface OpenedEventStore {
  /** Refuses every call until the log is open, and whenever it does not hold the mark. */
  readonly store: EventStore;
  readonly guard: LogGuard;
  /** What `openLog` needs of it. */
  readonly opening: LogToOpen;
}

/** Connects to nothing yet. Throws StartRefused, which names the variable and holds no credentials, for settings that cannot be meant. */
export function openEventStore(choice: EventStoreChoice, options: OpenEventStoreOptions): OpenedEventStore {
  const warnings = limitedWarnings(options.logger);
  const guard = createLoggedGuard(options);
  const faults = { warn: ({ error }: { readonly error: unknown }, message: string) => warnings.warn({ err: error }, message) };
  const adapter = adapterOf(choice, { checkLog: guard.checkLog, logger: faults }, options.wakesOthers ?? true);
  return { store: guardedEventStore(adapter.store, guard), guard, opening: { ...adapter, guard } };
}

/** Opens a store and its log at once, for programs that do not wait. Rejects with StartRefused, which says what to put right. */
export async function openEventStoreNow(choice: EventStoreChoice, options: OpenEventStoreOptions): Promise<EventStore> {
  const { store, opening } = openEventStore(choice, options);
  try {
    await openLog({ ...opening, installation: async () => (await readInstallation(opening.store)) ?? { installation: '' } });
    return store;
  } catch (error) {
    await store.close();
    throw error instanceof EventStoreUnavailable ? new StartRefused(error.message, { cause: error }) : error;
  }
}

type Adapter = Omit<LogToOpen, 'guard'>;

interface AdapterOptions {
  readonly checkLog: LogGuard['checkLog'];
  readonly logger: { warn(details: { readonly error: unknown }, message: string): void };
}

function adapterOf(choice: EventStoreChoice, options: AdapterOptions, wakesOthers: boolean): Adapter {
  switch (choice.kind) {
    case 'postgres':
      return onPostgres(choice.url, options, wakesOthers);
    case 'eventstoredb':
      return onEventStoreDb(choice, options);
  }
}

function onPostgres(connectionString: string, options: AdapterOptions, wakesOthers: boolean): Adapter {
  const explain = connectionProblems('CONFLEDGER_POSTGRES_URL', connectionString);
  const explained = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const problem = explain(error);
      if (problem === null) throw error;
      throw isAway(error) ? new EventStoreUnavailable(problem, { cause: error }) : new StartRefused(problem, { cause: error });
    }
  };
  return {
    store: createPostgresEventStore({ connectionString, wakesOthers, ...options }),
    // On a connection of its own: none of the store's own connections reports what is wrong with an address or a password.
    connect: () => explained(async () => endClient(await connectClient({ connectionString }))),
    layOut: () => explained(async () => void (await migrateEventStore({ connectionString }))),
  };
}

function onEventStoreDb({ url, namespace }: Extract<EventStoreChoice, { kind: 'eventstoredb' }>, options: AdapterOptions): Adapter {
  const store = createdOrRefused(() => createEventStoreDbEventStore({ connectionString: url, namespace, ...options }));
  return {
    store,
    async connect() {
      try {
        await store.lastPosition();
      } catch (error) {
        if (!(error instanceof EventStoreRefused)) throw error;
        throw new StartRefused(`CONFLEDGER_EVENTSTORE_URL: ${error.message} Correct the address, the user or the password.`, {
          cause: error,
        });
      }
    },
    layOut: () => Promise.resolve(),
  };
}

function createdOrRefused(create: () => EventStore): EventStore {
  try {
    return create();
  } catch (error) {
    if (error instanceof TypeError) throw new StartRefused(`CONFLEDGER_EVENTSTORE_URL: ${error.message}`, { cause: error });
    throw error;
  }
}
