// The environment variables of migrate, checked.
import { type Environment, logLevel, name, postgresUrl, readSettings, text } from '@confledger/process';
import { z } from 'zod';

/** The variables, each with its default. */
const variables = z.object({
  CONFLEDGER_MIGRATION_URL: postgresUrl,
  CONFLEDGER_READ_MODEL_MIGRATION_URL: postgresUrl.optional(),
  CONFLEDGER_EVENT_STORE: z.enum(['postgres', 'eventstoredb'], { error: 'expected one of postgres, eventstoredb' }).default('postgres'),
  CONFLEDGER_NAMESPACE: name.default('confledger'),
  CONFLEDGER_API_PASSWORD: text.optional(),
  CONFLEDGER_PROJECTOR_PASSWORD: text.optional(),
  CONFLEDGER_RELAY_PASSWORD: text.optional(),
  CONFLEDGER_LOG_LEVEL: logLevel,
});

/** Where a database is, and who lays it out. */
export interface Address {
  /** The variable that it comes from, for refusals. */
  readonly variable: string;
  /** Holds a password; never logged. */
  readonly url: string;
}

export interface MigrateConfig {
  /** The database of the events; null where they are not in Postgres. */
  readonly events: Address | null;
  readonly readModel: Address;
  /** The names of the roles begin with it. */
  readonly namespace: string;
  /** What the parts log in with, by the part; one that is not given is left as it is. Never logged. */
  readonly passwords: { readonly api?: string; readonly projector?: string; readonly relay?: string };
  readonly logLevel: string;
}

/** Reads the configuration; throws StartRefused, which names the variables but never a value. */
export function readConfig(environment: Environment): MigrateConfig {
  const values = readSettings(variables, environment);
  const { CONFLEDGER_API_PASSWORD: api, CONFLEDGER_PROJECTOR_PASSWORD: projector, CONFLEDGER_RELAY_PASSWORD: relay } = values;
  const address = { variable: 'CONFLEDGER_MIGRATION_URL', url: values.CONFLEDGER_MIGRATION_URL };
  const readModel = values.CONFLEDGER_READ_MODEL_MIGRATION_URL;
  return {
    events: values.CONFLEDGER_EVENT_STORE === 'postgres' ? address : null,
    readModel: readModel === undefined ? address : { variable: 'CONFLEDGER_READ_MODEL_MIGRATION_URL', url: readModel },
    namespace: values.CONFLEDGER_NAMESPACE,
    passwords: { ...(api !== undefined && { api }), ...(projector !== undefined && { projector }), ...(relay !== undefined && { relay }) },
    logLevel: values.CONFLEDGER_LOG_LEVEL,
  };
}
