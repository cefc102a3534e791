// Everything that a topic holds, as text.
import { topicMessages } from '@confledger/test-support';

export interface TopicRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  /** Null for a removal. */
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Grows with each writer that takes over; -1 for a record of somebody who is none. */
  readonly epoch: number;
}

/** kafkajs knows it of each message, but its types leave it out. */
interface WithBatch {
  readonly batchContext?: { readonly producerEpoch?: number };
}

/** Committed records only, each partition in its order, up to where it ended when this was called. */
export async function recordsOf(brokers: readonly string[], topic: string): Promise<TopicRecord[]> {
  const found = await topicMessages(brokers, topic);
  return found.map(({ partition, message }) => {
    const headers = Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]));
    const epoch = (message as WithBatch).batchContext?.producerEpoch ?? -1;
    return {
      partition,
      offset: BigInt(message.offset),
      key: message.key?.toString() ?? '',
      value: message.value?.toString() ?? null,
      headers,
      epoch,
    };
  });
}
