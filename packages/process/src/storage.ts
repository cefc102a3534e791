// Which event store a service has and where its read model is, as the environment says it.
import { z } from 'zod';
import type { Environment } from './environment.js';
import { StartRefused } from './start-refused.js';
import { name, POSTGRES_RULE, postgresUrl } from './variables.js';

const EVENT_STORES = ['postgres', 'eventstoredb'] as const;
const EVENTSTORE_RULE = 'expected esdb://user:password@host:2113?tls=true, several hosts with commas';

/** The variables. The read model is in the same database as everything else on Postgres unless its own variable is set. */
export const storageSettings = {
  CONFLEDGER_EVENT_STORE: z.enum(EVENT_STORES, { error: `expected one of ${EVENT_STORES.join(', ')}` }).default('postgres'),
  CONFLEDGER_EVENTSTORE_URL: z
    .string()
    .regex(/^(?:esdb|kurrentdb)(?:\+discover)?:\/\/\S+$/, EVENTSTORE_RULE)
    .optional(),
  CONFLEDGER_NAMESPACE: name.default('confledger'),
  CONFLEDGER_POSTGRES_URL: postgresUrl.optional(),
  CONFLEDGER_READ_MODEL_URL: postgresUrl.optional(),
};

/** Where the events are. `url` holds a password and is never logged. */
export type EventStoreChoice =
  | { readonly kind: 'postgres'; readonly url: string }
  /** `namespace` keeps the streams of installations apart that share a server. */
  | { readonly kind: 'eventstoredb'; readonly url: string; readonly namespace: string };

export interface Storage {
  readonly eventStore: EventStoreChoice;
  /** Holds a password; never logged. */
  readonly readModelUrl: string;
  /** Where the locks are that elect one of several: in the Postgres of the events where one is given. Holds a password; never logged. */
  readonly electionUrl: string;
}

type StorageValues = z.output<z.ZodObject<typeof storageSettings>>;

/** As `missingStorage`, for what needs the events alone. */
export function missingEventStore(given: Environment): string[] {
  return given['CONFLEDGER_EVENT_STORE'] === 'eventstoredb' ? [] : missingStorage(given);
}

/** A line for the address that is missing, where one is. The events need one in Postgres; the read model needs one in any case. */
export function missingStorage(given: Environment): string[] {
  const {
    CONFLEDGER_EVENT_STORE: kind = 'postgres',
    CONFLEDGER_POSTGRES_URL: postgres,
    CONFLEDGER_READ_MODEL_URL: readModel = postgres,
  } = given;
  if (kind === 'postgres') return postgres === undefined ? [`CONFLEDGER_POSTGRES_URL is not set: ${POSTGRES_RULE}. Set it.`] : [];
  return readModel === undefined
    ? [`CONFLEDGER_READ_MODEL_URL is not set, and neither is CONFLEDGER_POSTGRES_URL: ${POSTGRES_RULE}. Set one.`]
    : [];
}

/** What the variables choose. Throws StartRefused for a store without an address, or an address that nothing would use. */
export function storageOf(values: StorageValues): Storage {
  const eventStore = eventStoreOf(values);
  const { CONFLEDGER_POSTGRES_URL: postgres, CONFLEDGER_READ_MODEL_URL: readModel = postgres } = values;
  if (readModel === undefined) throw new StartRefused(missingStorage(values).join('\n'));
  // An older relay and a newer one must elect themselves in the same database: where both are given, the choice stays what it was.
  return { eventStore, readModelUrl: readModel, electionUrl: postgres ?? readModel };
}

function postgresOf(values: StorageValues): string {
  if (values.CONFLEDGER_POSTGRES_URL !== undefined) return values.CONFLEDGER_POSTGRES_URL;
  throw new StartRefused(missingStorage(values).join('\n'));
}

/** Where the events are. Throws StartRefused for a store without an address, or an address that nothing would use. */
export function eventStoreOf(values: StorageValues): EventStoreChoice {
  const { CONFLEDGER_EVENT_STORE: kind, CONFLEDGER_EVENTSTORE_URL: url } = values;
  switch (kind) {
    case 'postgres':
      if (url === undefined) return { kind, url: postgresOf(values) };
      // Events would go to an unexpected place, and there is no way to move them later.
      throw new StartRefused(
        'CONFLEDGER_EVENTSTORE_URL is set, but CONFLEDGER_EVENT_STORE is postgres. Set it to eventstoredb, or leave the URL out.',
      );
    case 'eventstoredb':
      if (url !== undefined) return { kind, url, namespace: values.CONFLEDGER_NAMESPACE };
      throw new StartRefused(
        `CONFLEDGER_EVENTSTORE_URL is not set, but CONFLEDGER_EVENT_STORE is eventstoredb: ${EVENTSTORE_RULE}. Set it.`,
      );
  }
}
