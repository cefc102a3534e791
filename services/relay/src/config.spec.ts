import { StartRefused } from '@confledger/process';
import { expect, test } from 'vitest';
import { readConfig } from './config.js';

const NEEDED = {
  CONFLEDGER_POSTGRES_URL: 'postgres://user:hush@localhost:5432/confledger',
  CONFLEDGER_KAFKA_BROKERS: 'one:9092, two:9092',
};

test('Postgres and the brokers must be given; the rest has defaults for three brokers', () => {
  expect(readConfig(NEEDED)).toEqual({
    host: '127.0.0.1',
    port: 8012,
    namespace: 'confledger',
    eventStore: { kind: 'postgres', url: NEEDED.CONFLEDGER_POSTGRES_URL },
    electionUrl: NEEDED.CONFLEDGER_POSTGRES_URL,
    readModelUrl: NEEDED.CONFLEDGER_POSTGRES_URL,
    kafka: {
      brokers: ['one:9092', 'two:9092'],
      ssl: false,
      partitions: 12,
      replicationFactor: 3,
      minInsyncReplicas: 2,
      changesRetentionMs: 604_800_000,
    },
    logLevel: 'info',
  });
});

test('how the brokers are reached is said as in every part', () => {
  const credentials = {
    CONFLEDGER_KAFKA_TLS: 'true',
    CONFLEDGER_KAFKA_SASL_MECHANISM: 'scram-sha-512',
    CONFLEDGER_KAFKA_USERNAME: 'relay',
    CONFLEDGER_KAFKA_PASSWORD: 'hush',
  };
  expect(readConfig({ ...NEEDED, ...credentials }).kafka).toMatchObject({
    ssl: true,
    sasl: { mechanism: 'scram-sha-512', username: 'relay', password: 'hush' },
  });
});

test.each([-1, 3_600_000])('changes may be kept for %i ms', (changesRetentionMs) => {
  const config = readConfig({ ...NEEDED, CONFLEDGER_KAFKA_CHANGES_RETENTION_MS: String(changesRetentionMs) });
  expect(config.kafka).toMatchObject({ changesRetentionMs });
});

test.each([
  ['CONFLEDGER_POSTGRES_URL', undefined],
  ['CONFLEDGER_POSTGRES_URL', 'mysql://user:hush@localhost/x'],
  ['CONFLEDGER_READ_MODEL_URL', 'user:hush'],
  ['CONFLEDGER_KAFKA_BROKERS', undefined],
  ['CONFLEDGER_KAFKA_PARTITIONS', '0'],
  ['CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS', '4'],
  ['CONFLEDGER_KAFKA_CHANGES_RETENTION_MS', '3599999'],
  ['CONFLEDGER_KAFKA_CHANGES_RETENTION_MS', '-2'],
  ['CONFLEDGER_KAFKA_CHANGES_RETENTION_MS', '3600000.5'],
  ['CONFLEDGER_KAFKA_CA_FILE', '/does/not/exist/hush'],
  ['CONFLEDGER_NAMESPACE', 'with space'],
  ['CONFLEDGER_EVENT_STORE', 'files'],
  ['PORT', '65536'],
  ['CONFLEDGER_LOG_LEVEL', 'loud'],
])('%s=%s is refused by the name of the variable, without its value', (variable, value) => {
  const read = (): unknown => readConfig({ ...NEEDED, [variable]: value });
  expect(read).toThrow(StartRefused);
  expect(read).toThrow(variable);
  expect(read).not.toThrow(/hush/);
});
