// What the environment variables say, checked: a value that cannot be meant is refused with the name of its variable.
import path from 'node:path';
import {
  count,
  type Environment,
  flag,
  host,
  logLevel,
  missingStorage,
  name,
  port,
  readSettings,
  type Storage,
  storageOf,
  storageSettings,
  text,
} from '@confledger/process';
import { z } from 'zod';
import { EDGE_LIMITS } from './edge/limits.js';
import { ENVIRONMENTS_FEATURE } from './runtime/features.js';

const listed = (names: string): string[] => names.split(',').map((each) => each.trim());

/** The variables, each with its default. */
const variables = z.object({
  HOST: host,
  PORT: port(8011),
  CONFLEDGER_DATA_DIR: text.default('.confledger'),
  ...storageSettings,
  CONFLEDGER_FEED: z.enum(['http', 'none'], { error: 'expected http or none' }).default('http'),
  CONFLEDGER_ENVIRONMENTS: z.string().transform(listed).pipe(z.array(name)).optional(),
  CONFLEDGER_FEATURES: z
    .string()
    .transform(listed)
    .pipe(z.array(z.literal(ENVIRONMENTS_FEATURE, { error: `expected ${ENVIRONMENTS_FEATURE}` })))
    .optional(),
  CONFLEDGER_SIGNING_KEY_FILE: text.optional(),
  CONFLEDGER_FINGERPRINT_KEY_FILE: text.optional(),
  CONFLEDGER_ACCEPT_LOG: text.optional(),
  CONFLEDGER_STATEMENTS: z.literal('2', { error: 'expected 2' }).optional(),
  CONFLEDGER_FEED_CLIENTS_MAX: count(EDGE_LIMITS.feedClients),
  CONFLEDGER_OPEN_METRICS: flag(false),
  CONFLEDGER_LOG_LEVEL: logLevel,
});

export interface ApiConfig extends Storage {
  readonly host: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  /** Absolute: keys and tokens lie there. */
  readonly dataDirectory: string;
  readonly feed: 'http' | 'none';
  /** What the first start defines beside the four; null where nothing is said. */
  readonly environments: readonly string[] | null;
  /** The operator says that no api runs that does not know environments. */
  readonly allApisKnowEnvironments: boolean;
  readonly signingKeyFile: string | null;
  readonly fingerprintKeyFile: string | null;
  /** The installation whose log is accepted although it does not hold what was acknowledged; `empty` for a log without one. */
  readonly acceptedLog: string | null;
  /** Activations are signed with statement 2, whatever nodes can verify. */
  readonly isStatement2Forced: boolean;
  /** Clients of the feed that this api serves at once. */
  readonly feedClientsMax: number;
  readonly openMetrics: boolean;
  readonly logLevel: string;
}

/** Reads the configuration; throws StartRefused, which names the variables but never a value. */
export function readConfig(environment: Environment): ApiConfig {
  const values = readSettings(variables, environment, missingStorage);
  return {
    host: values.HOST,
    port: values.PORT,
    dataDirectory: path.resolve(values.CONFLEDGER_DATA_DIR),
    ...storageOf(values),
    feed: values.CONFLEDGER_FEED,
    environments: values.CONFLEDGER_ENVIRONMENTS === undefined ? null : [...new Set(values.CONFLEDGER_ENVIRONMENTS)],
    allApisKnowEnvironments: values.CONFLEDGER_FEATURES !== undefined,
    signingKeyFile: values.CONFLEDGER_SIGNING_KEY_FILE ?? null,
    fingerprintKeyFile: values.CONFLEDGER_FINGERPRINT_KEY_FILE ?? null,
    acceptedLog: values.CONFLEDGER_ACCEPT_LOG ?? null,
    isStatement2Forced: values.CONFLEDGER_STATEMENTS !== undefined,
    feedClientsMax: values.CONFLEDGER_FEED_CLIENTS_MAX,
    openMetrics: values.CONFLEDGER_OPEN_METRICS,
    logLevel: values.CONFLEDGER_LOG_LEVEL,
  };
}
