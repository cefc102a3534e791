import { describe, expect, test } from 'vitest';
import { readConfig } from './config.js';

describe('the configuration', () => {
  test('nothing set means the local address, port 8011 and a hidden folder here', () => {
    expect(readConfig({})).toEqual({
      dataDirectory: `${process.cwd()}/.confledger`,
      port: 8011,
      host: '127.0.0.1',
      acceptedLog: null,
      isStatement2Forced: false,
      edgeLimits: {},
    });
  });

  test('an empty variable counts as not set', () => {
    expect(readConfig({ PORT: '', HOST: ' ' })).toMatchObject({ port: 8011, host: '127.0.0.1' });
  });

  test.each(['abc', '80.5', '-1', '65536', '0x50', '8011;'])('PORT=%s is refused in one line that names the remedy', (port) => {
    expect(() => readConfig({ PORT: port })).toThrow(/^PORT is '.*', which is not a port\. Set it to a number from 0 to 65535/);
  });

  test('a variable that is like a known one is refused with the one that may be meant', () => {
    expect(() => readConfig({ CONFLEDGER_DATADIR: '/srv/ledger' })).toThrow(
      /^CONFLEDGER_DATADIR is not known: did you mean CONFLEDGER_DATA_DIR\? Rename it, or leave it out\.$/,
    );
  });

  test('CONFLEDGER_FEED_CLIENTS_MAX is a number from 1 or not set', () => {
    expect(readConfig({ CONFLEDGER_FEED_CLIENTS_MAX: '12000' }).edgeLimits).toEqual({ feedClients: 12_000 });
    for (const value of ['0', '-1', '1.5', 'many'])
      expect(() => readConfig({ CONFLEDGER_FEED_CLIENTS_MAX: value })).toThrow(
        /^CONFLEDGER_FEED_CLIENTS_MAX is '.*'.*\. Set it to a number from 1, or leave it out\.$/,
      );
  });

  test('CONFLEDGER_STATEMENTS is 2 or not set, and anything else is refused in one line that names the remedy', () => {
    expect(readConfig({ CONFLEDGER_STATEMENTS: '2' }).isStatement2Forced).toBe(true);
    expect(readConfig({ CONFLEDGER_STATEMENTS: ' ' }).isStatement2Forced).toBe(false);
    for (const value of ['1', '3', 'two'])
      expect(() => readConfig({ CONFLEDGER_STATEMENTS: value })).toThrow(
        /^CONFLEDGER_STATEMENTS is '.*'.*\. Set it to 2, or leave it out\.$/,
      );
  });

  test('variables of other parts are no mistake', () => {
    expect(readConfig({ CONFLEDGER_POSTGRES_URL: 'postgres://elsewhere', CONFLEDGER_LOG_LEVEL: 'debug' })).toMatchObject({ port: 8011 });
  });

  test('everything that is wrong is said at once', () => {
    expect(() => readConfig({ PORT: 'abc', CONFLEDGER_DATADIR: '/srv' })).toThrow(/^CONFLEDGER_DATADIR is not known.*\nPORT is 'abc'/);
  });
});
