import { StartRefused } from '@confledger/process';
import { expect, test } from 'vitest';
import { readConfig } from './config.js';

const NEEDED = { CONFLEDGER_POSTGRES_URL: 'postgres://user:hush@localhost:5432/confledger' };

test('one variable is enough, everything else has a default', () => {
  expect(readConfig({ ...NEEDED, PORT: '' })).toMatchObject({
    host: '127.0.0.1',
    port: 8011,
    feed: 'http',
    readModelUrl: NEEDED.CONFLEDGER_POSTGRES_URL,
    environments: null,
    allApisKnowEnvironments: false,
    openMetrics: false,
  });
});

test.each([
  ['CONFLEDGER_POSTGRES_URL', undefined],
  ['CONFLEDGER_POSTGRES_URL', 'mysql://user:hush@localhost/x'],
  ['PORT', 'eighty'],
  ['PORT', '65536'],
  ['CONFLEDGER_EVENT_STORE', 'files'],
  ['CONFLEDGER_FEED', 'pigeon'],
  ['CONFLEDGER_ENVIRONMENTS', 'production,Staging'],
  ['CONFLEDGER_FEATURES', 'layers'],
  ['CONFLEDGER_STATEMENTS', '1'],
  ['CONFLEDGER_STATEMENTS', 'two'],
  ['CONFLEDGER_OPEN_METRICS', 'yes'],
  ['CONFLEDGER_LOG_LEVEL', 'loud'],
])('%s=%s is refused by the name of the variable, without a secret', (variable, value) => {
  const read = () => readConfig({ ...NEEDED, [variable]: value });
  expect(read).toThrow(StartRefused);
  expect(read).toThrow(variable);
  expect(read).not.toThrow('hush');
});

test('statement 2 is insisted on by CONFLEDGER_STATEMENTS=2 only, and the refusal says what to do', () => {
  expect(readConfig(NEEDED).isStatement2Forced).toBe(false);
  expect(readConfig({ ...NEEDED, CONFLEDGER_STATEMENTS: '2' }).isStatement2Forced).toBe(true);
  expect(() => readConfig({ ...NEEDED, CONFLEDGER_STATEMENTS: '3' })).toThrow(
    /^CONFLEDGER_STATEMENTS: expected 2\. Correct it, or leave it out\.$/,
  );
});

test('every variable that is wrong is named at once', () => {
  expect(() => readConfig({ PORT: 'x', CONFLEDGER_FEED: 'y' })).toThrow(/CONFLEDGER_POSTGRES_URL[^]*PORT[^]*CONFLEDGER_FEED/);
});
