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
import { createPostgresEventStore, ensureEventStore } from '@confledger/event-store-postgres';
import { connectClient, connectionProblems, createOwnerWarning, endClient, isAway, type Part } from '@confledger/postgres';
import { limitedWarnings, StartRefused, type EventStoreChoice } from '@confledger/process';
import { createLoggedGuard, type LoggedGuardOptions } from './logged-guard.js';

export interface OpenEventStoreOptions extends LoggedGuardOptions {
  /** Whose rights on the tables are looked at, where the store has tables. */
  readonly part: Part;
  /** Called when the login owns the tables. Default: one line in the log. */
  readonly onOwner?: () => void;
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

/**
 * Connects to nothing yet. Rejects with StartRefused, which names the variable and holds no credentials, for settings that cannot be meant.
 */
export async function openEventStore(choice: EventStoreChoice, options: OpenEventStoreOptions): Promise<OpenedEventStore> {
  const warnings = limitedWarnings(options.logger);
  const guard = createLoggedGuard(options);
  const faults = { warn: ({ error }: { readonly error: unknown }, message: string) => warnings.warn({ err: error }, message) };
  const { part, wakesOthers = true, onOwner = createOwnerWarning(options.logger) } = options;
  const adapter = await adapterOf(choice, { part, onOwner, store: { checkLog: guard.checkLog, logger: faults, wakesOthers } });
  return { store: guardedEventStore(adapter.store, guard), guard, opening: { ...adapter, guard } };
}

/** Opens a store and its log at once, for programs that do not wait. Rejects with StartRefused, which says what to put right. */
export async function openEventStoreNow(choice: EventStoreChoice, options: OpenEventStoreOptions): Promise<EventStore> {
  const { store, opening } = await openEventStore(choice, options);
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
  readonly part: Part;
  /** The login is the owner of the tables. */
  readonly onOwner: () => void;
  readonly store: {
    readonly checkLog: LogGuard['checkLog'];
    readonly logger: { warn(details: { readonly error: unknown }, message: string): void };
    readonly wakesOthers: boolean;
  };
}

async function adapterOf(choice: EventStoreChoice, options: AdapterOptions): Promise<Adapter> {
  switch (choice.kind) {
    case 'postgres':
      return onPostgres(choice.url, options);
    case 'eventstoredb':
      return onEventStoreDb(choice, options.store);
  }
}

function onPostgres(connectionString: string, { part, onOwner, store }: AdapterOptions): Adapter {
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
    store: createPostgresEventStore({ connectionString, ...store }),
    // On a connection of its own: none of the store's own connections reports what is wrong with an address or a password.
    connect: () => explained(async () => endClient(await connectClient({ connectionString }))),
    layOut: () =>
      explained(async () => {
        if ((await ensureEventStore({ connectionString }, part)).isOwner) onOwner();
      }),
  };
}

async function onEventStoreDb(
  { url, namespace }: Extract<EventStoreChoice, { kind: 'eventstoredb' }>,
  { checkLog, logger }: AdapterOptions['store'],
): Promise<Adapter> {
  // Its client takes 0.3 s of processor time to load, more than all else together: a process on Postgres does without.
  const { createEventStoreDbEventStore } = await import('@confledger/event-store-eventstoredb');
  const store = createdOrRefused(() => createEventStoreDbEventStore({ connectionString: url, namespace, checkLog, logger }));
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
