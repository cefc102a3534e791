// The topics as they must be: made so where they are missing, checked where they are there.
import { setTimeout as sleep } from 'node:timers/promises';
import { brokerErrorType } from '@confledger/feed-kafka/topic';
import kafkajs, { type Admin, type PartitionMetadata } from 'kafkajs';

// Node finds no named exports in this CommonJS module.
const { ConfigResourceTypes } = kafkajs;

export const PARTITIONS_DEFAULT = 12;
export const REPLICATION_FACTOR_DEFAULT = 3;
export const MIN_INSYNC_REPLICAS_DEFAULT = 2;

/** How long a removal stays in the active topic, for readers that began before it. */
export const DELETE_RETENTION_MS = 24 * 60 * 60 * 1_000;

/**
 * What a topic must take at once: the largest event of a log, or a send of many records, with room for what Kafka adds. A topic that takes
 * less stops at the first that is larger, for all ledgers. Brokers take 1,048,588 by default.
 */
export const MESSAGE_BYTES_MIN = 1_000_000;

/** What a topic is made with, by configuration. The partition count of one that is there is taken as it is. */
export interface TopicSettings {
  /** Never changed later: it decides where records lie. */
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly minInsyncReplicas?: number;
}

/** Settings of a topic by their Kafka names. */
export type TopicConfig = ReadonlyMap<string, string>;

/** What one kind of topic is made with beside the common settings, and what is wrong with one that is there. */
export interface TopicRules {
  readonly made: Readonly<Record<string, string | number>>;
  readonly problems: (says: (name: string) => string) => string[];
}

/** The active topic: a compacted table. */
export const ACTIVE_TOPIC_RULES: TopicRules = {
  made: { 'cleanup.policy': 'compact', 'delete.retention.ms': DELETE_RETENTION_MS },
  problems: (says) => {
    // 'compact,delete' would remove leaves by their age.
    const problems = says('cleanup.policy') === 'compact' ? [] : [`its cleanup.policy is ${says('cleanup.policy')}, not compact`];
    if (Number(says('delete.retention.ms')) >= DELETE_RETENTION_MS) return problems;
    return [...problems, `its delete.retention.ms is ${says('delete.retention.ms')}, less than ${DELETE_RETENTION_MS}`];
  },
};

/** The changes topic: a log that is kept for `retentionMs`, -1 for ever. An operator may have changed it since. */
export function changesTopicRules(retentionMs: number): TopicRules {
  return {
    made: { 'cleanup.policy': 'delete', 'retention.ms': retentionMs },
    // Compaction would leave one event of each stream.
    problems: (says) => (says('cleanup.policy') === 'delete' ? [] : [`its cleanup.policy is ${says('cleanup.policy')}, not delete`]),
  };
}

/** A topic that must not be written to as it is. The message says what is wrong with it, and what would be right. */
export class TopicUnfit extends Error {
  override readonly name = 'TopicUnfit';
}

/** What a broker answers for a moment after a topic was made, until its metadata have caught up; kafkajs gives up at the first one. */
const PASSING: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);
const ATTEMPTS_MAX = 50;
const ATTEMPT_DELAY_MS = 100;

/** A topic as it is. */
interface TopicFound {
  readonly partitions: readonly PartitionMetadata[];
  readonly config: TopicConfig;
}

/** Makes the topic or checks it, and answers what it is. Rejects with `TopicUnfit`. */
export async function ensureTopic(
  admin: Admin,
  topic: string,
  settings: TopicSettings,
  rules: TopicRules,
): Promise<{ readonly partitionCount: number; readonly config: TopicConfig }> {
  const { replicationFactor = REPLICATION_FACTOR_DEFAULT, minInsyncReplicas = MIN_INSYNC_REPLICAS_DEFAULT } = settings;
  const required = { partitions: settings.partitions ?? PARTITIONS_DEFAULT, replicationFactor, minInsyncReplicas };
  const { partitions, config } = await untilKnown(() => findOrMakeTopic(admin, topic, required, rules));
  const says = (name: string): string => config.get(name) ?? 'not known';
  const problems = rules.problems(says);
  if (!(Number(says('min.insync.replicas')) >= minInsyncReplicas)) {
    problems.push(`its min.insync.replicas is ${says('min.insync.replicas')}, less than ${minInsyncReplicas}`);
  }
  if (!(Number(says('max.message.bytes')) >= MESSAGE_BYTES_MIN)) {
    problems.push(`its max.message.bytes is ${says('max.message.bytes')}, less than ${MESSAGE_BYTES_MIN}`);
  }
  const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
  if (replicas < replicationFactor) problems.push(`its replication factor is ${replicas}, not ${replicationFactor}`);
  if (problems.length > 0) throw new TopicUnfit(`the topic ${topic} cannot be used: ${problems.join('; ')}`);
  return { partitionCount: partitions.length, config };
}

async function untilKnown(find: () => Promise<TopicFound>): Promise<TopicFound> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await find();
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !PASSING.has(brokerErrorType(error) ?? '')) throw error;
      await sleep(ATTEMPT_DELAY_MS);
    }
  }
}

async function findOrMakeTopic(admin: Admin, topic: string, settings: Required<TopicSettings>, rules: TopicRules): Promise<TopicFound> {
  if (!(await admin.listTopics()).includes(topic)) await makeTopic(admin, topic, settings, rules);
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const config = await configOf(admin, topic, ['min.insync.replicas', 'max.message.bytes', ...Object.keys(rules.made)]);
  return { partitions: topics[0]?.partitions ?? [], config };
}

async function makeTopic(admin: Admin, topic: string, settings: Required<TopicSettings>, { made }: TopicRules): Promise<void> {
  const { partitions, replicationFactor, minInsyncReplicas } = settings;
  const config = { ...made, 'min.insync.replicas': minInsyncReplicas };
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
  // Answers false where another was quicker.
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }] });
}

async function configOf(admin: Admin, topic: string, configNames: string[]): Promise<TopicConfig> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames }],
  });
  return new Map((resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]));
}
