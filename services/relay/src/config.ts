// What the environment variables of the relay process say, checked. Used by main.ts; everything else gets the values handed in.
import { z } from 'zod';

const PORT_MAX = 65_535;
/** Kafka allows 249 characters in a topic's name; the longest that we make ends in `.changes`. */
const NAMESPACE_PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,199}$/;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

const postgresUrl = z.url({ protocol: /^postgres(?:ql)?$/, error: 'expected postgres://user:password@host:port/database' });
const count = (fallback: number) => z.coerce.number({ error: 'expected a number' }).int('expected a whole number').min(1, 'expected 1 or more').default(fallback);
const brokers = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .pipe(z.array(z.string().regex(/^[^\s:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/, 'expected host:port, several separated by commas')));

/** The variables, each with its default. */
const variables = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number({ error: 'expected a port' }).int('expected a port').min(0, 'expected a port').max(PORT_MAX, 'expected a port').default(8012),
  CONFLEDGER_NAMESPACE: z.string().regex(NAMESPACE_PATTERN, 'expected letters, digits, dots, dashes and underscores, at most 200').default('confledger'),
  CONFLEDGER_EVENT_STORE: z.enum(['postgres'], { error: 'expected postgres' }).default('postgres'),
  CONFLEDGER_POSTGRES_URL: postgresUrl,
  CONFLEDGER_READ_MODEL_URL: postgresUrl.optional(),
  CONFLEDGER_KAFKA_BROKERS: brokers,
  CONFLEDGER_KAFKA_TLS: z.enum(['true', 'false'], { error: 'expected true or false' }).default('false'),
  CONFLEDGER_KAFKA_SASL_MECHANISM: z.enum(SASL_MECHANISMS, { error: `expected one of ${SASL_MECHANISMS.join(', ')}` }).optional(),
  CONFLEDGER_KAFKA_USERNAME: z.string().optional(),
  CONFLEDGER_KAFKA_PASSWORD: z.string().optional(),
  CONFLEDGER_KAFKA_PARTITIONS: count(12),
  CONFLEDGER_KAFKA_REPLICATION_FACTOR: count(3),
  CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS: count(2),
  CONFLEDGER_LOG_LEVEL: z.enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` }).default('info'),
});

export interface RelayConfig {
  /** Where health and metrics are served. 0 asks the system for a free port. */
  readonly host: string;
  readonly port: number;
  readonly namespace: string;
  readonly eventStore: 'postgres';
  /** Events, and the lock that elects one relay. Holds a password; never logged. */
  readonly postgresUrl: string;
  /** Where snapshots lie. Likewise. */
  readonly readModelUrl: string;
  readonly kafka: KafkaConfig;
  readonly logLevel: string;
}

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly tls: boolean;
  /** Holds a password; never logged. */
  readonly sasl: { readonly mechanism: (typeof SASL_MECHANISMS)[number]; readonly username: string; readonly password: string } | null;
  /** What the topic is made with. */
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
}

/** A variable whose value cannot be meant, or that is missing. */
export class ConfigRefused extends Error {
  override readonly name = 'ConfigRefused';
}

/** Reads the configuration; throws `ConfigRefused`, which names the variables but never a value. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): RelayConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = variables.safeParse(given);
  if (!parsed.success) throw new ConfigRefused(parsed.error.issues.map((issue) => problemOf(issue, given)).join('\n'));
  const values = parsed.data;
  if (values.CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS > values.CONFLEDGER_KAFKA_REPLICATION_FACTOR) {
    throw new ConfigRefused('CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS is above CONFLEDGER_KAFKA_REPLICATION_FACTOR: nothing could ever be written');
  }
  return {
    host: values.HOST,
    port: values.PORT,
    namespace: values.CONFLEDGER_NAMESPACE,
    eventStore: values.CONFLEDGER_EVENT_STORE,
    postgresUrl: values.CONFLEDGER_POSTGRES_URL,
    readModelUrl: values.CONFLEDGER_READ_MODEL_URL ?? values.CONFLEDGER_POSTGRES_URL,
    kafka: {
      brokers: values.CONFLEDGER_KAFKA_BROKERS,
      tls: values.CONFLEDGER_KAFKA_TLS === 'true',
      sasl: saslOf(values),
      partitions: values.CONFLEDGER_KAFKA_PARTITIONS,
      replicationFactor: values.CONFLEDGER_KAFKA_REPLICATION_FACTOR,
      minInsyncReplicas: values.CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS,
    },
    logLevel: values.CONFLEDGER_LOG_LEVEL,
  };
}

function saslOf(values: z.output<typeof variables>): KafkaConfig['sasl'] {
  const { CONFLEDGER_KAFKA_SASL_MECHANISM: mechanism, CONFLEDGER_KAFKA_USERNAME: username, CONFLEDGER_KAFKA_PASSWORD: password } = values;
  if (mechanism === undefined) {
    if (username === undefined && password === undefined) return null;
    throw new ConfigRefused(`CONFLEDGER_KAFKA_SASL_MECHANISM is not set, but a user name or password is: give one of ${SASL_MECHANISMS.join(', ')}`);
  }
  if (username === undefined) throw new ConfigRefused('CONFLEDGER_KAFKA_USERNAME is not set, but CONFLEDGER_KAFKA_SASL_MECHANISM is');
  if (password === undefined) throw new ConfigRefused('CONFLEDGER_KAFKA_PASSWORD is not set, but CONFLEDGER_KAFKA_SASL_MECHANISM is');
  return { mechanism, username, password };
}

function problemOf({ path: [variable], message }: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const name = String(variable);
  return Object.hasOwn(given, name) ? `${name}: ${message}` : `${name} is not set, and has no default`;
}
