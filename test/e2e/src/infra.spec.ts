// What infra/ promises and no engine here can run: compose.yaml, the environment of its parts, the topics' settings. Read, not started.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  ACTIVE_TOPIC_RULES,
  CHANGES_RETENTION_MS_DEFAULT,
  changesTopicRules,
  DELETE_RETENTION_MS,
  type TopicRules,
} from '@confledger/publisher-kafka';
import { readConfig as apiConfig } from '../../../services/api/src/config.js';
import { readConfig as migrateConfig } from '../../../services/migrate/src/config.js';
import { readConfig as projectorConfig } from '../../../services/projector/src/config.js';
import { readConfig as relayConfig } from '../../../services/relay/src/config.js';
import { readConfig as tradingNodeConfig } from '../../../services/trading-node/src/config.js';

interface Service {
  readonly image: string;
  readonly build?: { readonly dockerfile: string; readonly args: { readonly PART: string; readonly PORT: string } };
  readonly environment: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
}

const infra = new URL('../../../infra/', import.meta.url);
const read = (file: string): string => readFileSync(fileURLToPath(new URL(file, infra)), 'utf8');
const text = read('compose.yaml');
const compose = parse(text, { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const services = Object.entries(compose.services);
const parts = services.filter(([, { build }]) => build !== undefined);

/** Version by name. */
const testedNodes = Object.fromEntries(
  Object.entries(
    (JSON.parse(read('nodes/package.json')) as { readonly optionalDependencies: Readonly<Record<string, string>> }).optionalDependencies,
  ).map(([name, specifier]) => [name, specifier.split('@').at(-1) ?? '']),
);

/** What a person fills in, as compose reads the file. */
const wanted = [...read('compose.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value]) => ({ name, value }));

/** What compose hands to a part when every variable is filled in with `hush`. */
function environmentOf({ build, environment }: Service): Readonly<Record<string, string>> {
  const filled = Object.entries(environment).map(([name, value]) => [name, value.replaceAll(/\$\{[^}]*\}/g, 'hush')] as const);
  return { ...Object.fromEntries(filled), HOST: '0.0.0.0', PORT: build?.args.PORT ?? '' };
}

test('Every image is pinned to a release, and what is built is built from the one Dockerfile', () => {
  for (const [name, { image, build }] of services) {
    expect(image, name).toMatch(/^[a-z/-]+:\d+\.\d+/);
    if (build !== undefined) expect(build).toMatchObject({ dockerfile: 'infra/docker/Dockerfile', args: { PART: name } });
  }
  const dockerfile = read('docker/Dockerfile');
  expect(dockerfile).toContain(`\nARG NODE_IMAGE=node:${testedNodes['node-24-x64'] ?? 'none'}-bookworm-slim\n`);
  expect(dockerfile).toMatch(/^USER node$/m);
  const pnpm = /PNPM_VERSION = '([^']+)'/.exec(read('scripts/install.mjs'))?.[1] ?? 'nothing';
  expect(dockerfile).toContain(`pnpm@${pnpm} `);
});

test('The releases of Node that CI tests are exact, and the same on every machine', () => {
  const names = ['node-22', 'node-24', 'node-26', 'node-24-misreading', 'node-26-misreading'];
  expect(Object.keys(testedNodes).sort()).toEqual(names.flatMap((name) => [`${name}-arm64`, `${name}-x64`]).sort());
  for (const name of names) {
    expect(testedNodes[`${name}-x64`], name).toMatch(new RegExp(`^${/\d+/.exec(name)?.[0] ?? ''}\\.\\d+\\.\\d+$`));
    expect(testedNodes[`${name}-arm64`], name).toBe(testedNodes[`${name}-x64`]);
  }
});

test('Everything says how it is, and starts when what it needs is well', () => {
  expect(read('docker/Dockerfile')).toContain('HEALTHCHECK');
  for (const [name, { build, healthcheck, depends_on: needs }] of services) {
    expect(build ?? healthcheck, name).toBeDefined();
    for (const [needed, { condition }] of Object.entries(needs ?? {}))
      expect(condition, name).toBe(needed === 'migrate' ? 'service_completed_successfully' : 'service_healthy');
  }
  expect(Object.keys(compose.services['relay']?.depends_on ?? {}).sort()).toEqual(['api', 'kafka', 'kurrentdb', 'migrate', 'postgres']);
});

test('Each part accepts the environment that it gets, and keeps its events in the event store of this file', () => {
  const configs = { api: apiConfig, projector: projectorConfig, relay: relayConfig, 'trading-node': tradingNodeConfig };
  expect(parts.map(([name]) => name).sort()).toEqual([...Object.keys(configs), 'migrate'].sort());
  for (const [name, read] of Object.entries(configs)) {
    const config = read(environmentOf(compose.services[name] as Service));
    expect(String(config.port)).toBe(compose.services[name]?.build?.args.PORT);
    if ('eventStore' in config) expect(config.eventStore).toMatchObject({ kind: 'eventstoredb', url: 'esdb://kurrentdb:2113?tls=false' });
  }
});

test('Each part logs in to Postgres as itself, with a role that the SQL files make, and only migrate as the owner of the tables', () => {
  const migrate = migrateConfig(environmentOf(compose.services['migrate'] as Service));
  expect(migrate).toMatchObject({ events: null, readModel: { variable: 'CONFLEDGER_MIGRATION_URL' }, passwords: {} });
  const users = [new URL(migrate.readModel.url).username];
  for (const [name, read] of Object.entries({ api: apiConfig, projector: projectorConfig, relay: relayConfig })) {
    const { username } = new URL(read(environmentOf(compose.services[name] as Service)).readModelUrl);
    expect(username).toBe(`confledger_${name}`);
    users.push(username);
  }
  expect(read('postgres/10-roles.sql')).toContain(`ARRAY[${users.map((user) => `'${user}'`).join(', ')}]`);
  expect(read('postgres/20-database.sql')).toContain(`OWNER ${users[0]} `);
});

test('No password has a default: each is asked for, and the example holds none', () => {
  const used = [...text.matchAll(/\$\{([A-Z_]+)(:[?-])([^}]*)\}/g)].map(([, name = '', operator, rest]) => ({ name, operator, rest }));
  expect([...new Set(used.map(({ name }) => name))].sort()).toEqual(wanted.map(({ name }) => name).sort());
  expect(wanted.every(({ value }) => value === '')).toBe(true);
  for (const { name, operator, rest } of used) {
    if (/PASSWORD/.test(name)) expect(operator, name).toBe(':?');
    // Empty until the api has made it; the node, which alone reads it, then refuses to start.
    else expect(rest, name).toBe('');
  }
  expect(services.flatMap(([, { ports = [] }]) => ports)).toEqual(['127.0.0.1:8011:8011']);
});

test('Every named volume is declared and used', () => {
  const used = services
    .flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''))
    .filter((name) => !name.startsWith('.'));
  expect([...new Set(used)].sort()).toEqual(Object.keys(compose.volumes).sort());
});

test('The topics that are made by hand are those that the relay makes', () => {
  const { kafka } = relayConfig({ CONFLEDGER_POSTGRES_URL: 'postgres://x/y', CONFLEDGER_KAFKA_BROKERS: 'one:9092' });
  expect(kafka.changesRetentionMs).toBe(CHANGES_RETENTION_MS_DEFAULT);
  const call = (topic: string, { made }: TopicRules): string =>
    [
      `--bootstrap-server one:9092 --create --if-not-exists --topic confledger.${topic}`,
      `--partitions ${kafka.partitions} --replication-factor ${kafka.replicationFactor}`,
      ...Object.entries(made).map(([name, value]) => `--config ${name}=${value}`),
      `--config min.insync.replicas=${kafka.minInsyncReplicas} --command-config client.properties`,
    ].join(' ');
  expect(callsOfScript({})).toEqual([call('active', ACTIVE_TOPIC_RULES), call('changes', changesTopicRules(kafka.changesRetentionMs))]);
});

test('Namespace, numbers and retention of the topics that are made by hand come from the environment', () => {
  const numbers = { PARTITIONS: '3', REPLICATION_FACTOR: '1', MIN_INSYNC_REPLICAS: '1', CHANGES_RETENTION_MS: '-1' };
  const environment = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [`CONFLEDGER_KAFKA_${name}`, value]));
  const [active, changes] = callsOfScript({ ...environment, CONFLEDGER_NAMESPACE: 'desk' });
  const common = '--partitions 3 --replication-factor 1';
  expect(active).toContain(
    `--topic desk.active ${common} --config cleanup.policy=compact --config delete.retention.ms=${DELETE_RETENTION_MS} `,
  );
  expect(changes).toContain(
    `--topic desk.changes ${common} --config cleanup.policy=delete --config retention.ms=-1 --config min.insync.replicas=1 `,
  );
});

/** What create.sh asks of Kafka's tool, a line for each call. */
function callsOfScript(environment: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'confledger-topics-'));
  try {
    writeFileSync(path.join(folder, 'kafka-topics.sh'), '#!/bin/sh\necho "$*"\n', { mode: 0o755 });
    const script = fileURLToPath(new URL('kafka/topics/create.sh', infra));
    const env = { PATH: `${folder}:${process.env['PATH']}`, CONFLEDGER_KAFKA_BROKERS: 'one:9092', ...environment };
    return execFileSync('sh', [script, '--command-config', 'client.properties'], { encoding: 'utf8', env }).trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
