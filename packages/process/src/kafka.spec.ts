import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { kafkaOf, kafkaSettings, readSettings, StartRefused, type Environment, type KafkaAccess } from './index.js';

const BROKERS = { CONFLEDGER_KAFKA_BROKERS: 'one:9092' };
const CREDENTIALS = {
  CONFLEDGER_KAFKA_SASL_MECHANISM: 'scram-sha-512',
  CONFLEDGER_KAFKA_USERNAME: 'relay',
  CONFLEDGER_KAFKA_PASSWORD: 'hush',
};
const AUTHORITY = `-----BEGIN CERTIFICATE-----
MIIBRDCB96ADAgECAhRNaP2CXBUERN9NQ+v6RcL6BBhALjAFBgMrZXAwFzEVMBMG
A1UEAwwMYW4gYXV0aG9yaXR5MCAXDTI2MTEyMTIwMDk1NFoYDzIxMjYxMDI4MjAw
OTU0WjAXMRUwEwYDVQQDDAxhbiBhdXRob3JpdHkwKjAFBgMrZXADIQC1+TdSNDIt
gqWBd3AXC/8cKwvNzWrRIUUPs99X7Wt5XaNTMFEwHQYDVR0OBBYEFKwAqxcRjxrQ
Ir0RoJtfOSvffrpEMB8GA1UdIwQYMBaAFKwAqxcRjxrQIr0RoJtfOSvffrpEMA8G
A1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EAmdqWVMd4rEApdZ3RK8m/GULRtJ0sDGzv
0Rz8BcIJ8UBydTNks5+tvUfFMs9+CkbVFDEiHZsw1XKJQTnylJRLAQ==
-----END CERTIFICATE-----
`;

let directory: string;
beforeAll(() => void (directory = mkdtempSync(path.join(tmpdir(), 'confledger-kafka-settings-'))));
afterAll(() => rmSync(directory, { recursive: true }));

const read = (environment: Environment): KafkaAccess => kafkaOf(readSettings(z.object(kafkaSettings), { ...BROKERS, ...environment }));

function fileOf(content: string): string {
  const file = path.join(mkdtempSync(path.join(directory, 'of-')), 'hush.pem');
  writeFileSync(file, content);
  return file;
}

test('brokers are spoken to plainly and without a name unless something else is said', () => {
  expect(read({})).toEqual({ brokers: ['one:9092'], ssl: false });
  expect(read({ CONFLEDGER_KAFKA_BROKERS: 'one:9092, [::1]:9093' }).brokers).toEqual(['one:9092', '[::1]:9093']);
  expect(read({ CONFLEDGER_KAFKA_TLS: 'true' }).ssl).toBe(true);
});

test('the authority that signed the certificates of the brokers is read from its file, several of them too', () => {
  const bundle = `# ours, old and new\n${AUTHORITY}\n${AUTHORITY}`;
  expect(read({ CONFLEDGER_KAFKA_TLS: 'true', CONFLEDGER_KAFKA_CA_FILE: fileOf(bundle) }).ssl).toEqual({ ca: bundle });
});

test.each([
  ['that is not there', '/does/not/exist/hush', 'cannot be read'],
  ['that is a directory', '/', 'cannot be read'],
])('a file of the authority %s is refused by the name of its variable', (_, file, why) => {
  const refused = (): unknown => read({ CONFLEDGER_KAFKA_TLS: 'true', CONFLEDGER_KAFKA_CA_FILE: file });
  expect(refused).toThrow(StartRefused);
  expect(refused).toThrow(new RegExp(`^CONFLEDGER_KAFKA_CA_FILE: .*${why}`));
  expect(refused).not.toThrow(/hush/);
});

test.each([
  ['nothing', ''],
  ['no PEM', 'hush'],
  ['a key', AUTHORITY.replaceAll('CERTIFICATE', 'PRIVATE KEY')],
  ['a certificate that was damaged', AUTHORITY.replace('MII', 'MIX')],
  ['a good certificate and a damaged one', AUTHORITY + AUTHORITY.replace('MII', 'MIX')],
  ['half of a certificate', AUTHORITY.slice(0, AUTHORITY.length / 2)],
  ['a good certificate and half of one', AUTHORITY + AUTHORITY.slice(0, AUTHORITY.length / 2)],
])('a file of the authority that holds %s is refused by the name of its variable, without its content', (_, content) => {
  const refused = (): unknown => read({ CONFLEDGER_KAFKA_TLS: 'true', CONFLEDGER_KAFKA_CA_FILE: fileOf(content) });
  expect(refused).toThrow(StartRefused);
  expect(refused).toThrow(/^CONFLEDGER_KAFKA_CA_FILE: the file holds/);
  expect(refused).not.toThrow(/hush|MI/);
});

test('an authority that nothing would be checked against is refused', () => {
  expect(() => read({ CONFLEDGER_KAFKA_CA_FILE: fileOf(AUTHORITY) })).toThrow(
    /^CONFLEDGER_KAFKA_CA_FILE is set, but CONFLEDGER_KAFKA_TLS is not true/,
  );
});

test('a user name, a password and a mechanism are given together', () => {
  expect(read(CREDENTIALS).sasl).toEqual({ mechanism: 'scram-sha-512', username: 'relay', password: 'hush' });
  for (const variable of Object.keys(CREDENTIALS))
    expect(() => read({ ...CREDENTIALS, [variable]: undefined })).toThrow(`${variable} is not set`);
});

test.each([
  ['CONFLEDGER_KAFKA_BROKERS', undefined],
  ['CONFLEDGER_KAFKA_BROKERS', 'hush'],
  ['CONFLEDGER_KAFKA_BROKERS', 'one:9092,'],
  ['CONFLEDGER_KAFKA_TLS', 'yes'],
  ['CONFLEDGER_KAFKA_SASL_MECHANISM', 'hush'],
])('%s=%s is refused by the name of the variable, without its value', (variable, value) => {
  const refused = (): unknown => read({ [variable]: value });
  expect(refused).toThrow(StartRefused);
  expect(refused).toThrow(variable);
  expect(refused).not.toThrow(/hush/);
});
