// What the environment variables say, checked: a value that cannot be meant is refused with the name of its variable.
import path from 'node:path';
import { z } from 'zod';
import { NAME_PATTERN } from './request/environments.js';

const PORT_MAX = 65_535;

const name = z.string().regex(NAME_PATTERN, 'each name is lower-case letters, digits and dashes, at most 63');
const postgresUrl = z.url({ protocol: /^postgres(?:ql)?$/, error: 'expected postgres://user:password@host:port/database' });

/** The variables, each with its default. */
const variables = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce
    .number({ error: 'expected a port' })
    .int('expected a port')
    .min(0, 'expected a port')
    .max(PORT_MAX, 'expected a port')
    .default(8011),
  CONFLEDGER_DATA_DIR: z.string().min(1).default('.confledger'),
  CONFLEDGER_EVENT_STORE: z.enum(['postgres'], { error: 'expected postgres' }).default('postgres'),
  CONFLEDGER_POSTGRES_URL: postgresUrl,
  CONFLEDGER_READ_MODEL_URL: postgresUrl.optional(),
  CONFLEDGER_FEED: z.enum(['http', 'none'], { error: 'expected http or none' }).default('http'),
  CONFLEDGER_ENVIRONMENTS: z
    .string()
    .default('development,testing,staging,production')
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(name)),
  CONFLEDGER_SIGNING_KEY_FILE: z.string().min(1).optional(),
  CONFLEDGER_FINGERPRINT_KEY_FILE: z.string().min(1).optional(),
  CONFLEDGER_OPEN_METRICS: z.enum(['true', 'false'], { error: 'expected true or false' }).default('false'),
  CONFLEDGER_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], { error: 'expected trace, debug, info, warn, error or fatal' })
    .default('info'),
});

export interface ApiConfig {
  readonly host: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  /** Absolute: keys and tokens lie there. */
  readonly dataDirectory: string;
  readonly eventStore: 'postgres';
  /** Holds a password; never logged. */
  readonly postgresUrl: string;
  /** Likewise. */
  readonly readModelUrl: string;
  readonly feed: 'http' | 'none';
  readonly environments: readonly string[];
  readonly signingKeyFile: string | null;
  readonly fingerprintKeyFile: string | null;
  readonly openMetrics: boolean;
  readonly logLevel: string;
}

/** A variable whose value cannot be meant. */
export class ConfigRefused extends Error {
  override readonly name = 'ConfigRefused';
}

/** Reads the configuration; throws ConfigRefused, which names the variables but never a value. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ApiConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = variables.safeParse(given);
  if (!parsed.success) throw new ConfigRefused(parsed.error.issues.map((issue) => problemOf(issue, given)).join('\n'));
  const values = parsed.data;
  return {
    host: values.HOST,
    port: values.PORT,
    dataDirectory: path.resolve(values.CONFLEDGER_DATA_DIR),
    eventStore: values.CONFLEDGER_EVENT_STORE,
    postgresUrl: values.CONFLEDGER_POSTGRES_URL,
    readModelUrl: values.CONFLEDGER_READ_MODEL_URL ?? values.CONFLEDGER_POSTGRES_URL,
    feed: values.CONFLEDGER_FEED,
    environments: [...new Set(values.CONFLEDGER_ENVIRONMENTS)],
    signingKeyFile: values.CONFLEDGER_SIGNING_KEY_FILE ?? null,
    fingerprintKeyFile: values.CONFLEDGER_FINGERPRINT_KEY_FILE ?? null,
    openMetrics: values.CONFLEDGER_OPEN_METRICS === 'true',
    logLevel: values.CONFLEDGER_LOG_LEVEL,
  };
}

function problemOf({ path: [variable], message }: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const name = String(variable);
  return Object.hasOwn(given, name) ? `${name}: ${message}` : `${name} is not set, and has no default`;
}
