// What the environment variables of the projector process say, checked. Everything but main.ts gets the values handed in.
import {
  type Environment,
  host,
  logLevel,
  missingStorage,
  port,
  readSettings,
  type Storage,
  storageOf,
  storageSettings,
} from '@confledger/process';
import { z } from 'zod';

/** The variables, each with its default. */
const variables = z.object({ HOST: host, PORT: port(8013), ...storageSettings, CONFLEDGER_LOG_LEVEL: logLevel });

export interface ProjectorConfig extends Storage {
  /** Where health and metrics are served. 0 asks the system for a free port. */
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
}

/** Reads the configuration; throws StartRefused, which names the variables but never a value. */
export function readConfig(environment: Environment): ProjectorConfig {
  const values = readSettings(variables, environment, missingStorage);
  return {
    host: values.HOST,
    port: values.PORT,
    ...storageOf(values),
    logLevel: values.CONFLEDGER_LOG_LEVEL,
  };
}
