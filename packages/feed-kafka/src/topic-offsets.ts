// Where a topic's partitions begin and end.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { brokerErrorType } from './error-details.js';

/** What is answered for a moment after a topic was made, or while its leaders move; kafkajs gives up at the first one. */
const PASSING: ReadonlySet<string> = new Set(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE']);
const ATTEMPTS_MAX = 20;
const ATTEMPT_DELAY_MS = 50;

export interface PartitionOffsets {
  readonly partition: number;
  /** The first offset that there is. */
  readonly low: bigint;
  /** Behind the last that a reader of committed records gets. */
  readonly high: bigint;
}

export async function topicOffsets(admin: Admin, topic: string): Promise<PartitionOffsets[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const offsets = await admin.fetchTopicOffsets(topic);
      return offsets.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }));
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !PASSING.has(brokerErrorType(error) ?? '')) throw error;
      await sleep(ATTEMPT_DELAY_MS);
    }
  }
}
