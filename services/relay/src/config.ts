// What the environment variables of the relay process say, checked. Everything but main.ts gets the values handed in.
import {
  count,
  type Environment,
  host,
  type KafkaAccess,
  kafkaOf,
  kafkaSettings,
  logLevel,
  missingStorage,
  port,
  readSettings,
  StartRefused,
  type Storage,
  storageOf,
  storageSettings,
} from '@confledger/process';
import { z } from 'zod';

/** Less has no effect: brokers check every few minutes. */
const CHANGES_RETENTION_MS_MIN = 60 * 60 * 1_000;
const RETENTION_RULE = `expected a whole number of milliseconds from ${CHANGES_RETENTION_MS_MIN}, or -1 for ever`;
const changesRetention = z.coerce
  .number({ error: RETENTION_RULE })
  .refine((given) => given === -1 || (Number.isSafeInteger(given) && given >= CHANGES_RETENTION_MS_MIN), RETENTION_RULE)
  .default(7 * 24 * 60 * 60 * 1_000);

/** The variables, each with its default. */
const variables = z.object({
  HOST: host,
  PORT: port(8012),
  ...storageSettings,
  ...kafkaSettings,
  CONFLEDGER_KAFKA_PARTITIONS: count(12),
  CONFLEDGER_KAFKA_REPLICATION_FACTOR: count(3),
  CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS: count(2),
  CONFLEDGER_KAFKA_CHANGES_RETENTION_MS: changesRetention,
  CONFLEDGER_LOG_LEVEL: logLevel,
});

export interface RelayConfig extends Storage {
  /** Where health and metrics are served. 0 asks the system for a free port. */
  readonly host: string;
  readonly port: number;
  readonly namespace: string;
  readonly kafka: KafkaConfig;
  readonly logLevel: string;
}

export interface KafkaConfig extends KafkaAccess {
  /** What both topics are made with. */
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
  /** How long changes are kept; -1 for ever. */
  readonly changesRetentionMs: number;
}

/** Reads the configuration; throws StartRefused, which names the variables but never a value. */
export function readConfig(environment: Environment): RelayConfig {
  const values = readSettings(variables, environment, missingStorage);
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
    kafka: {
      ...kafkaOf(values),
      partitions: values.CONFLEDGER_KAFKA_PARTITIONS,
      replicationFactor: values.CONFLEDGER_KAFKA_REPLICATION_FACTOR,
      minInsyncReplicas: values.CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS,
      changesRetentionMs: values.CONFLEDGER_KAFKA_CHANGES_RETENTION_MS,
    },
    logLevel: values.CONFLEDGER_LOG_LEVEL,
  };
}
