import { StartRefused } from '@confledger/process';
import { expect, test } from 'vitest';
import { readConfig } from './config.js';

const NEEDED = { CONFLEDGER_PUBLIC_KEY: 'key-one, key-two' };

test('only the public key must be given', () => {
  expect(readConfig(NEEDED)).toMatchObject({
    url: 'http://127.0.0.1:8011',
    publicKeys: ['key-one', 'key-two'],
    environment: 'production',
    service: 'trading-engine',
    host: '127.0.0.1',
    port: 8014,
  });
});

test.each([
  ['CONFLEDGER_PUBLIC_KEY', undefined],
  ['CONFLEDGER_URL', 'ftp://user:hush@x'],
  ['CONFLEDGER_TOKEN_FILE', '/does/not/exist/hush'],
  ['CONFLEDGER_ENVIRONMENT', 'Hush'],
  ['CONFLEDGER_SERVICE', 'x'.repeat(64)],
  ['CONFLEDGER_CACHE_MAX_AGE_MS', '-1'],
  ['PORT', '65536'],
])('%s=%s is refused by the name of the variable, without its value', (variable, value) => {
  const read = (): unknown => readConfig({ ...NEEDED, [variable]: value });
  expect(read).toThrow(StartRefused);
  expect(read).toThrow(variable);
  expect(read).not.toThrow(/hush/i);
});
