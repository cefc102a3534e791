// How a Kafka is reached: the part of the options that publisher and nodes share, and the kafkajs client made from it.
import kafkajs from 'kafkajs';
import type { ISocketFactory, Kafka, KafkaConfig, LogEntry, RetryOptions } from 'kafkajs';

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
  /** Told what the Kafka client has to say; without it the client is silent. */
  readonly log?: (line: KafkaLogLine) => void;
}

/** Who the client is. Never logged. */
export interface KafkaCredentials {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface KafkaLogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly message: string;
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
    logCreator: () => (entry) => log?.({ level: levelOf(entry), message: `${entry.namespace}: ${textOf(entry)}` }),
  });
}

/** The type that the broker gave an error, such as INVALID_PRODUCER_EPOCH, wherever kafkajs wrapped it; null when there is none. */
export function brokerErrorType(error: unknown): string | null {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const { type } = each as { readonly type?: unknown };
    if (typeof type === 'string') return type;
  }
  return null;
}

function textOf({ log: { message, error } }: LogEntry): string {
  return typeof error === 'string' ? `${message}: ${error}` : message;
}

/** A transaction begun right behind another meets its end on the way (CONCURRENT_TRANSACTIONS): an everyday retry, not an error. */
function levelOf(entry: LogEntry): KafkaLogLine['level'] {
  if (textOf(entry).includes('another concurrent operation on the same transaction')) return 'debug';
  if (entry.level === logLevel.ERROR) return 'error';
  if (entry.level === logLevel.WARN) return 'warn';
  return entry.level === logLevel.INFO ? 'info' : 'debug';
}
