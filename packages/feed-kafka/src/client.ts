// How a Kafka is reached: the part of the options that publisher and nodes share, and the kafkajs client made from it.
import kafkajs, { type ISocketFactory, type Kafka, type KafkaConfig, type RetryOptions } from 'kafkajs';
import { clientLog, type KafkaLogLine } from './client-log.js';

// Node finds no named exports in this CommonJS module.
const { Kafka: KafkaClient, logLevel } = kafkajs;

export interface KafkaConnection {
  /** `host:port` of one or more brokers; the others are learned from them. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  readonly ssl?: NonNullable<KafkaConfig['ssl']>;
  readonly sasl?: KafkaCredentials | NonNullable<KafkaConfig['sasl']>;
  /** Makes the sockets, for networks that are reached by a detour. */
  readonly socketFactory?: ISocketFactory;
  readonly connectionTimeoutMs?: number;
  /** How long an answer may take. */
  readonly requestTimeoutMs?: number;
  /** Receives the Kafka client's log lines, the same line once a minute; without it the client is silent. */
  readonly log?: (line: KafkaLogLine) => void;
}

/** Who the client is. Never logged. */
export interface KafkaCredentials {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** kafkajs gives one second by default, in which a broker over TLS may not answer. */
const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;

export function createClient(connection: KafkaConnection, retry: RetryOptions): Kafka {
  const { brokers, clientId = 'confledger', ssl, sasl, socketFactory, connectionTimeoutMs, requestTimeoutMs, log } = connection;
  return new KafkaClient({
    brokers: [...brokers],
    clientId,
    ...(ssl === undefined ? {} : { ssl }),
    // kafkajs types each mechanism apart.
    ...(sasl === undefined ? {} : { sasl: sasl as NonNullable<KafkaConfig['sasl']> }),
    ...(socketFactory === undefined ? {} : { socketFactory }),
    connectionTimeout: connectionTimeoutMs ?? CONNECTION_TIMEOUT_MS,
    requestTimeout: requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    retry,
    logLevel: log === undefined ? logLevel.NOTHING : logLevel.WARN,
    logCreator: () => clientLog((line) => log?.(line)),
  });
}
