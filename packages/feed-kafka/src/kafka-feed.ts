// The node's side of the feed over Kafka: `kafkaFeed` is given to `connectNode`, which opens it with its reader.
import type { NodeFeed, ReportTarget } from '@confledger/contracts';
import { createClient, type KafkaConnection } from './client.js';
import { connectionProblem } from './connection-problems.js';
import { KafkaFeedSession } from './kafka-feed-session.js';
import { NAMESPACE_DEFAULT } from './records.js';

/** A member of a group that is silent for this long is expelled, and reads anew when it comes back. */
export const SESSION_TIMEOUT_MS = 30_000;
/** How long the broker may hold a fetch that finds nothing. New records end it at once; it only delays a stop. */
const MAX_WAIT_TIME_MS = 500;
/** The longest pause between two attempts to connect. */
const RECONNECT_DELAY_MS_MAX = 5_000;
/** Retries of a failed fetch before the connection is given up and reported as lost. */
const RETRY = { initialRetryTime: 50, multiplier: 2, maxRetryTime: 500, retries: 4 };

export interface KafkaFeedOptions extends KafkaConnection {
  /** The installation's namespace, which its topics begin with. */
  readonly namespace?: string;
  /** Where the node reports what it runs; without it a node reports only where its own `report` says. */
  readonly reportTarget?: ReportTarget;
  readonly sessionTimeoutMs?: number;
  readonly maxWaitTimeMs?: number;
  /** The longest pause between two attempts. */
  readonly reconnectDelayMsMax?: number;
}

/** The feed over Kafka. Throws a TypeError when `brokers` names none. */
export function kafkaFeed(options: KafkaFeedOptions): NodeFeed {
  if (!Array.isArray(options.brokers) || options.brokers.length === 0) {
    throw new TypeError('kafkaFeed: `brokers` names no broker; give one or more such as 127.0.0.1:9092');
  }
  return {
    reportTarget: options.reportTarget ?? null,
    open: ({ environment, service }, sink) =>
      new KafkaFeedSession({
        kafka: createClient(options, RETRY),
        explain: (error) => connectionProblem(error, options),
        namespace: options.namespace ?? NAMESPACE_DEFAULT,
        ledger: `${environment}.${service}`,
        sink,
        sessionTimeoutMs: options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
        maxWaitTimeMs: options.maxWaitTimeMs ?? MAX_WAIT_TIME_MS,
        reconnectDelayMsMax: options.reconnectDelayMsMax ?? RECONNECT_DELAY_MS_MAX,
      }),
  };
}
