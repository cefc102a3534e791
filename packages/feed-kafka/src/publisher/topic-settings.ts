// The topic as it must be: made so where it is missing, checked where it is there. Used when a publisher takes over.
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';

// Node finds no named exports in this CommonJS module.
const { ConfigResourceTypes } = kafkajs;

/** How long a removal stays in the topic, for readers that began before it. */
export const DELETE_RETENTION_MS = 24 * 60 * 60 * 1_000;

/** What a topic is made with. */
export interface TopicSettings {
  /** Never changed later: it decides where a ledger's records lie. */
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
}

/** A topic that must not be written to as it is. The message says what is wrong with it, and what would be right. */
export class TopicUnfit extends Error {
  override readonly name = 'TopicUnfit';
}

/** Makes the topic or checks it, and answers its partition count. Rejects with `TopicUnfit`. */
export async function ensureTopic(admin: Admin, topic: string, settings: TopicSettings): Promise<number> {
  if (!(await admin.listTopics()).includes(topic)) await makeTopic(admin, topic, settings);
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = topics[0]?.partitions ?? [];
  const problems = problemsOf(await configOf(admin, topic), settings);
  const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
  if (replicas < settings.replicationFactor) problems.push(`its replication factor is ${replicas}, not ${settings.replicationFactor}`);
  if (problems.length > 0) throw new TopicUnfit(`the topic ${topic} cannot be used: ${problems.join('; ')}`);
  return partitions.length;
}

async function makeTopic(admin: Admin, topic: string, { partitions, replicationFactor, minInsyncReplicas }: TopicSettings): Promise<void> {
  const config = { 'cleanup.policy': 'compact', 'delete.retention.ms': DELETE_RETENTION_MS, 'min.insync.replicas': minInsyncReplicas };
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
  // Answers false where another was quicker.
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }] });
}

function problemsOf(config: ReadonlyMap<string, string>, { minInsyncReplicas }: TopicSettings): string[] {
  const problems: string[] = [];
  const says = (name: string): string => config.get(name) ?? 'not known';
  // 'compact,delete' would remove leaves by their age.
  if (says('cleanup.policy') !== 'compact') problems.push(`its cleanup.policy is ${says('cleanup.policy')}, not compact`);
  if (!(Number(says('delete.retention.ms')) >= DELETE_RETENTION_MS)) {
    problems.push(`its delete.retention.ms is ${says('delete.retention.ms')}, less than ${DELETE_RETENTION_MS}`);
  }
  if (!(Number(says('min.insync.replicas')) >= minInsyncReplicas)) {
    problems.push(`its min.insync.replicas is ${says('min.insync.replicas')}, less than ${minInsyncReplicas}`);
  }
  return problems;
}

async function configOf(admin: Admin, topic: string): Promise<Map<string, string>> {
  const configNames = ['cleanup.policy', 'delete.retention.ms', 'min.insync.replicas'];
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames }] });
  return new Map((resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]));
}
