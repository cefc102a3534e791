// Opens the event store that the settings choose: the one place where a choice becomes an adapter. Used by api, projector and relay.
import { EventStoreUnavailable, type EventStore } from '@confledger/application';
import { createEventStoreDbEventStore } from '@confledger/event-store-eventstoredb';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { connectionProblems } from '@confledger/postgres';
import { refusedWhen, type EventStoreChoice } from '@confledger/process';

/** Hears of faults that are tried again; pino is one. */
export interface FaultLogger {
  warn(details: { readonly err: unknown }, message: string): void;
}

type EventStoreDbChoice = Extract<EventStoreChoice, { kind: 'eventstoredb' }>;

/**
 * Resolves when the store answers, with its tables laid out where it has some. Rejects with StartRefused, which names the variable and
 * holds no credentials, when it cannot be used as it is set.
 */
export async function openEventStore(choice: EventStoreChoice, logger: FaultLogger): Promise<EventStore> {
  const faults = { warn: ({ error }: { readonly error: unknown }, message: string) => logger.warn({ err: error }, message) };
  switch (choice.kind) {
    case 'postgres': {
      const connectionString = choice.url;
      await refusedWhen(() => migrateEventStore({ connectionString }), connectionProblems('CONFLEDGER_POSTGRES_URL', connectionString));
      return createPostgresEventStore({ connectionString, logger: faults });
    }
    case 'eventstoredb':
      return openEventStoreDb(choice, faults);
  }
}

async function openEventStoreDb(
  { url, namespace }: EventStoreDbChoice,
  logger: { warn(details: { readonly error: unknown }, message: string): void },
): Promise<EventStore> {
  const store = await refusedWhen(async () => createEventStoreDbEventStore({ connectionString: url, namespace, logger }), problemOf);
  try {
    // It connects when it is first used; a wrong address or password should be told now and not by the first command.
    await refusedWhen(() => store.lastPosition(), problemOf);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

function problemOf(error: unknown): string | null {
  if (error instanceof TypeError) return `CONFLEDGER_EVENTSTORE_URL: ${error.message}`;
  if (!(error instanceof EventStoreUnavailable)) return null;
  return `CONFLEDGER_EVENTSTORE_URL: ${error.message} Start EventStoreDB there, or correct the address, the user or the password.`;
}
