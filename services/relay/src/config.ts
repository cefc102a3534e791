// What the environment variables of the relay process say, checked. Used by main.ts; everything else gets the values handed in.
import {
  count,
  type Environment,
  flag,
  host,
  logLevel,
  port,
  readSettings,
  StartRefused,
  type Storage,
  storageOf,
  storageSettings,
} from '@confledger/process';
import { z } from 'zod';

const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

const BROKERS_RULE = 'expected host:port, several separated by commas';
const brokers = z
  .string({ error: BROKERS_RULE })
  .transform((text) => text.split(',').map((each) => each.trim()))
  .pipe(z.array(z.string().regex(/^[^\s:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/, BROKERS_RULE)));

/** The variables, each with its default. */
const variables = z.object({
  HOST: host,
  PORT: port(8012),
  ...storageSettings,
  CONFLEDGER_KAFKA_BROKERS: brokers,
  CONFLEDGER_KAFKA_TLS: flag(false),
  CONFLEDGER_KAFKA_SASL_MECHANISM: z.enum(SASL_MECHANISMS, { error: `expected one of ${SASL_MECHANISMS.join(', ')}` }).optional(),
  CONFLEDGER_KAFKA_USERNAME: z.string().optional(),
  CONFLEDGER_KAFKA_PASSWORD: z.string().optional(),
  CONFLEDGER_KAFKA_PARTITIONS: count(12),
  CONFLEDGER_KAFKA_REPLICATION_FACTOR: count(3),
  CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS: count(2),
  CONFLEDGER_LOG_LEVEL: logLevel,
});

export interface RelayConfig extends Storage {
  /** Where health and metrics are served. 0 asks the system for a free port. */
  readonly host: string;
  readonly port: number;
  readonly namespace: string;
  /** Where the lock is that elects one relay. Holds a password; never logged. */
  readonly electionUrl: string;
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

/** Reads the configuration; throws StartRefused, which names the variables but never a value. */
export function readConfig(environment: Environment): RelayConfig {
  const values = readSettings(variables, environment);
  if (values.CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS > values.CONFLEDGER_KAFKA_REPLICATION_FACTOR) {
    throw new StartRefused(
      'CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS is above CONFLEDGER_KAFKA_REPLICATION_FACTOR: nothing could ever be written. Lower it.',
    );
  }
  return {
    host: values.HOST,
    port: values.PORT,
    namespace: values.CONFLEDGER_NAMESPACE,
    ...storageOf(values),
    electionUrl: values.CONFLEDGER_POSTGRES_URL,
    kafka: {
      brokers: values.CONFLEDGER_KAFKA_BROKERS,
      tls: values.CONFLEDGER_KAFKA_TLS,
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
    throw new StartRefused(
      `CONFLEDGER_KAFKA_SASL_MECHANISM is not set, but a user name or password is. Set it to one of ${SASL_MECHANISMS.join(', ')}.`,
    );
  }
  if (username === undefined)
    throw new StartRefused('CONFLEDGER_KAFKA_USERNAME is not set, but CONFLEDGER_KAFKA_SASL_MECHANISM is. Set it.');
  if (password === undefined)
    throw new StartRefused('CONFLEDGER_KAFKA_PASSWORD is not set, but CONFLEDGER_KAFKA_SASL_MECHANISM is. Set it.');
  return { mechanism, username, password };
}
