// Every variable that some part of ConfLedger reads, so that one that is misspelt is not ignored in silence.
// The parts often share one environment: what belongs to another part is not a mistake.
import { nearestWord } from '@confledger/document/nearest';
import type { Environment } from './environment.js';

const PREFIX = 'CONFLEDGER_';

/** Without their prefix. A spec holds them to what the parts declare and to the tables of operations.md. */
export const KNOWN_VARIABLES = [
  'ACCEPT_LOG',
  'API_PASSWORD',
  'CACHE_FILE',
  'CACHE_MAX_AGE_MS',
  'DATA_DIR',
  'ENVIRONMENT',
  'ENVIRONMENTS',
  'EVENTSTORE_URL',
  'EVENT_STORE',
  'FEATURES',
  'FEED',
  'FEED_CLIENTS_MAX',
  'FINGERPRINT_KEY_FILE',
  'KAFKA_BROKERS',
  'KAFKA_CA_FILE',
  'KAFKA_CHANGES_RETENTION_MS',
  'KAFKA_MIN_INSYNC_REPLICAS',
  'KAFKA_PARTITIONS',
  'KAFKA_PASSWORD',
  'KAFKA_REPLICATION_FACTOR',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_TLS',
  'KAFKA_USERNAME',
  'LOG_LEVEL',
  'MIGRATION_URL',
  'NAMESPACE',
  'NODE_NAME',
  'OPEN_METRICS',
  'ORIGIN',
  'POSTGRES_URL',
  'PROJECTOR_PASSWORD',
  'PUBLIC_KEY',
  'READ_MODEL_MIGRATION_URL',
  'READ_MODEL_URL',
  'RELAY_PASSWORD',
  'SERVICE',
  'SIGNING_KEY_FILE',
  'STATEMENTS',
  'TOKEN',
  'TOKEN_FILE',
  'URL',
] as const;

/** What compose.yaml is filled in with, and what specs and benchmarks read. */
const OF_OTHERS = /^(?:DATABASE_PASSWORD|NODE_TOKEN|POSTGRES_SUPERUSER_PASSWORD|(?:TEST|BENCH|CRASH|SIM|SOAK|UPDATE)_.*)$/;

/** Kubernetes tells every container where the services of its namespace are: that of one named confledger-api in CONFLEDGER_API_PORT. */
const OF_KUBERNETES = /_(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?|PORT(?:_\d+_.+)?)$/;

/** One line for each variable that is set, is not known and is much like a known one: its name, and the one that may be meant. */
export function misspeltVariables(environment: Environment): string[] {
  const known: ReadonlySet<string> = new Set(KNOWN_VARIABLES);
  const lines: string[] = [];
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || value === undefined || value.trim() === '') continue;
    const name = variable.slice(PREFIX.length);
    if (known.has(name) || OF_OTHERS.test(name) || OF_KUBERNETES.test(variable)) continue;
    const nearest = nearestWord(name, KNOWN_VARIABLES);
    if (nearest !== undefined) lines.push(`${variable} is not known: did you mean ${PREFIX}${nearest}? Rename it, or leave it out.`);
  }
  return lines;
}
