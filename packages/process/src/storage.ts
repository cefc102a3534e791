// Which event store a service has and where its read model is, as the environment says it. Used by config.ts of api, projector and relay.
import { z } from 'zod';
import { StartRefused } from './start-refused.js';
import { name, postgresUrl } from './variables.js';

const EVENT_STORES = ['postgres', 'eventstoredb'] as const;
const EVENTSTORE_RULE = 'expected esdb://user:password@host:2113?tls=true, several hosts with commas';

/** The variables. The read model is in the same database as everything else on Postgres unless it is said to be elsewhere. */
export const storageSettings = {
  CONFLEDGER_EVENT_STORE: z.enum(EVENT_STORES, { error: `expected one of ${EVENT_STORES.join(', ')}` }).default('postgres'),
  CONFLEDGER_EVENTSTORE_URL: z
    .string()
    .regex(/^(?:esdb|kurrentdb)(?:\+discover)?:\/\/\S+$/, EVENTSTORE_RULE)
    .optional(),
  CONFLEDGER_NAMESPACE: name.default('confledger'),
  CONFLEDGER_POSTGRES_URL: postgresUrl,
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
}

type StorageValues = z.output<z.ZodObject<typeof storageSettings>>;

/** What the variables choose. Throws StartRefused for an event store without an address, or an address that nothing would use. */
export function storageOf(values: StorageValues): Storage {
  return {
    eventStore: eventStoreOf(values),
    readModelUrl: values.CONFLEDGER_READ_MODEL_URL ?? values.CONFLEDGER_POSTGRES_URL,
  };
}

function eventStoreOf(values: StorageValues): EventStoreChoice {
  const { CONFLEDGER_EVENT_STORE: kind, CONFLEDGER_EVENTSTORE_URL: url } = values;
  switch (kind) {
    case 'postgres':
      if (url === undefined) return { kind, url: values.CONFLEDGER_POSTGRES_URL };
      // Events would go where nobody expects them, and there is no way to move them later.
      throw new StartRefused('CONFLEDGER_EVENTSTORE_URL is set, but CONFLEDGER_EVENT_STORE is postgres. Set it to eventstoredb, or leave the URL out.');
    case 'eventstoredb':
      if (url !== undefined) return { kind, url, namespace: values.CONFLEDGER_NAMESPACE };
      throw new StartRefused(`CONFLEDGER_EVENTSTORE_URL is not set, but CONFLEDGER_EVENT_STORE is eventstoredb: ${EVENTSTORE_RULE}. Set it.`);
  }
}
