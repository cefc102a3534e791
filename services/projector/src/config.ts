// What the environment variables of the projector process say, checked. Used by main.ts; everything else gets the values handed in.
import { z } from 'zod';

const PORT_MAX = 65_535;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

const postgresUrl = z.url({ protocol: /^postgres(?:ql)?$/, error: 'expected postgres://user:password@host:port/database' });

/** The variables, each with its default. */
const variables = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce
    .number({ error: 'expected a port' })
    .int('expected a port')
    .min(0, 'expected a port')
    .max(PORT_MAX, 'expected a port')
    .default(8013),
  CONFLEDGER_EVENT_STORE: z.enum(['postgres'], { error: 'expected postgres' }).default('postgres'),
  CONFLEDGER_POSTGRES_URL: postgresUrl,
  CONFLEDGER_READ_MODEL_URL: postgresUrl.optional(),
  CONFLEDGER_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` }).default('info'),
});

export interface ProjectorConfig {
  /** Where health and metrics are served. 0 asks the system for a free port. */
  readonly host: string;
  readonly port: number;
  readonly eventStore: 'postgres';
  /** Holds a password; never logged. */
  readonly postgresUrl: string;
  /** Likewise. */
  readonly readModelUrl: string;
  readonly logLevel: string;
}

/** A variable whose value cannot be meant, or that is missing. */
export class ConfigRefused extends Error {
  override readonly name = 'ConfigRefused';
}

/** Reads the configuration; throws `ConfigRefused`, which names the variables but never a value. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ProjectorConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = variables.safeParse(given);
  if (!parsed.success) throw new ConfigRefused(parsed.error.issues.map((issue) => problemOf(issue, given)).join('\n'));
  const values = parsed.data;
  return {
    host: values.HOST,
    port: values.PORT,
    eventStore: values.CONFLEDGER_EVENT_STORE,
    postgresUrl: values.CONFLEDGER_POSTGRES_URL,
    readModelUrl: values.CONFLEDGER_READ_MODEL_URL ?? values.CONFLEDGER_POSTGRES_URL,
    logLevel: values.CONFLEDGER_LOG_LEVEL,
  };
}

function problemOf({ path: [variable], message }: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const name = String(variable);
  return Object.hasOwn(given, name) ? `${name}: ${message}` : `${name} is not set, and has no default`;
}
