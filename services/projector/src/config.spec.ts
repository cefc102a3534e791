import { StartRefused } from '@confledger/process';
import { expect, test } from 'vitest';
import { readConfig } from './config.js';

const NEEDED = { CONFLEDGER_POSTGRES_URL: 'postgres://user:hush@localhost:5432/confledger' };

test('Only the Postgres URL must be given; the read model is in the same database by default', () => {
  expect(readConfig(NEEDED)).toEqual({
    host: '127.0.0.1',
    port: 8013,
    eventStore: { kind: 'postgres', url: NEEDED.CONFLEDGER_POSTGRES_URL },
    readModelUrl: NEEDED.CONFLEDGER_POSTGRES_URL,
    electionUrl: NEEDED.CONFLEDGER_POSTGRES_URL,
    logLevel: 'info',
  });
  expect(readConfig({ ...NEEDED, CONFLEDGER_READ_MODEL_URL: 'postgresql://elsewhere/x' }).readModelUrl).toBe('postgresql://elsewhere/x');
});

test.each([
  ['CONFLEDGER_POSTGRES_URL', undefined],
  ['CONFLEDGER_POSTGRES_URL', ' '],
  ['CONFLEDGER_POSTGRES_URL', 'mysql://user:hush@localhost/x'],
  ['CONFLEDGER_READ_MODEL_URL', 'user:hush'],
  ['CONFLEDGER_EVENT_STORE', 'files'],
  ['PORT', '65536'],
  ['PORT', 'eight'],
  ['CONFLEDGER_LOG_LEVEL', 'loud'],
])('%s=%s is refused by the name of the variable, without its value', (variable, value) => {
  const read = (): unknown => readConfig({ ...NEEDED, [variable]: value });
  expect(read).toThrow(StartRefused);
  expect(read).toThrow(variable);
  expect(read).not.toThrow(/hush/);
});
