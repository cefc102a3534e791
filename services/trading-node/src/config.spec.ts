import { StartRefused } from '@confledger/process';
import { expect, test } from 'vitest';
import { readConfig } from './config.js';

const NEEDED = { CONFLEDGER_PUBLIC_KEY: 'key-one, key-two' };

test('only the public key must be given', () => {
  expect(readConfig(NEEDED)).toMatchObject({
    feed: { kind: 'http' },
    url: 'http://127.0.0.1:8011',
    publicKeys: ['key-one', 'key-two'],
    environment: 'production',
    service: 'trading-engine',
    host: '127.0.0.1',
    port: 8014,
  });
});

const OVER_KAFKA = { CONFLEDGER_FEED: 'kafka', CONFLEDGER_KAFKA_BROKERS: 'one:9092,two:9092' };

test('over Kafka the brokers must be given too, and credentials as in every part', () => {
  const { feed } = readConfig({ ...NEEDED, ...OVER_KAFKA });
  expect(feed).toEqual({ kind: 'kafka', access: { brokers: ['one:9092', 'two:9092'], ssl: false }, namespace: 'confledger' });
  const more = {
    CONFLEDGER_NAMESPACE: 'desk-7',
    CONFLEDGER_KAFKA_TLS: 'true',
    CONFLEDGER_KAFKA_SASL_MECHANISM: 'plain',
    CONFLEDGER_KAFKA_USERNAME: 'node',
    CONFLEDGER_KAFKA_PASSWORD: 'hush',
  };
  expect(readConfig({ ...NEEDED, ...OVER_KAFKA, ...more }).feed).toMatchObject({
    namespace: 'desk-7',
    access: { ssl: true, sasl: { mechanism: 'plain', username: 'node', password: 'hush' } },
  });
});

test('brokers that are missing are asked for by the name of their variable', () => {
  expect(() => readConfig({ ...NEEDED, CONFLEDGER_FEED: 'kafka' })).toThrow(
    'CONFLEDGER_KAFKA_BROKERS is not set, but CONFLEDGER_FEED is kafka: expected host:port, several separated by commas. Set it.',
  );
});

test.each([
  ['CONFLEDGER_PUBLIC_KEY', undefined],
  ['CONFLEDGER_FEED', 'files'],
  ['CONFLEDGER_NAMESPACE', 'with space'],
  ['CONFLEDGER_KAFKA_BROKERS', 'hush'],
  ['CONFLEDGER_KAFKA_CA_FILE', '/does/not/exist/hush'],
  ['CONFLEDGER_URL', 'ftp://host/hush'],
  ['CONFLEDGER_URL', 'http://user:hush@host:8011'],
  ['CONFLEDGER_TOKEN_FILE', '/does/not/exist/hush'],
  ['CONFLEDGER_ENVIRONMENT', 'Hush'],
  ['CONFLEDGER_SERVICE', 'x'.repeat(64)],
  ['CONFLEDGER_CACHE_MAX_AGE_MS', '-1'],
  ['PORT', '65536'],
])('%s=%s is refused by the name of the variable, without its value', (variable, value) => {
  const read = (): unknown => readConfig({ ...NEEDED, ...OVER_KAFKA, [variable]: value });
  expect(read).toThrow(StartRefused);
  expect(read).toThrow(variable);
  expect(read).not.toThrow(/hush/i);
});
