// How publishers come to a connection, and what they say when they cannot have one.
import type { Admin } from 'kafkajs';
import { connectionProblem, type KafkaConnection } from '@confledger/feed-kafka/topic';

/** A connection that cannot be had is soon given up: the failed takeover is reported, and retried after a pause that grows. */
export const CONNECT_RETRY = { initialRetryTime: 50, multiplier: 2, maxRetryTime: 500, retries: 4 };

/** Connects, asks, and ends the connection. Rejects as `connect` does. */
export async function probeBrokers(admin: Admin, connection: KafkaConnection): Promise<void> {
  try {
    await connect(admin, connection);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** Rejects with what is to be checked, where that can be known. */
export async function connect(admin: Admin, connection: KafkaConnection): Promise<void> {
  try {
    await admin.connect();
    // A broker that wants a password accepts every connection, and refuses the first request.
    await admin.listTopics();
  } catch (error) {
    throw new Error(`no connection to Kafka: ${connectionProblem(error, connection)}`, { cause: error });
  }
}
