// What the environment variables say to the programs that look at the log, checked: the event store, and the keys.
import path from 'node:path';
import {
  eventStoreOf,
  missingEventStore,
  readSettings,
  storageSettings,
  text,
  type Environment,
  type EventStoreChoice,
} from '@confledger/process';
import { z } from 'zod';
import { keyFilesOf, type KeyFiles } from './keys.js';

const PUBLIC_KEY = /^[A-Za-z0-9_-]{43}$/;

const variables = z.object({
  CONFLEDGER_DATA_DIR: text.optional(),
  ...storageSettings,
  CONFLEDGER_SIGNING_KEY_FILE: text.optional(),
  CONFLEDGER_FINGERPRINT_KEY_FILE: text.optional(),
  CONFLEDGER_PUBLIC_KEY: z.string().regex(PUBLIC_KEY, 'expected one public key, as GET /status shows it').optional(),
});

export interface ProgramConfig {
  readonly eventStore: EventStoreChoice;
  /** Null where neither a data directory nor a fingerprint key is named. */
  readonly keyFiles: KeyFiles | null;
  /** What the installation's public key must be; null: not said. */
  readonly publicKey: string | null;
}

/** Reads the configuration; throws StartRefused, which names the variables but never a value. */
export function readProgramConfig(environment: Environment): ProgramConfig {
  const values = readSettings(variables, environment, missingEventStore);
  return { eventStore: eventStoreOf(values), keyFiles: keyFilesIn(values), publicKey: values.CONFLEDGER_PUBLIC_KEY ?? null };
}

function keyFilesIn(values: z.output<typeof variables>): KeyFiles | null {
  const { CONFLEDGER_DATA_DIR: directory, CONFLEDGER_FINGERPRINT_KEY_FILE: fingerprintKeyFile } = values;
  if (directory === undefined && fingerprintKeyFile === undefined) return null;
  const files = keyFilesOf(path.resolve(directory ?? '.confledger'));
  return {
    signingKeyFile: values.CONFLEDGER_SIGNING_KEY_FILE ?? files.signingKeyFile,
    fingerprintKeyFile: fingerprintKeyFile ?? files.fingerprintKeyFile,
  };
}
