import { describe, expect, test } from 'vitest';
import { readSettings } from './settings.js';

describe('settings', () => {
  test('nothing set means the local address, port 8011 and a hidden folder here', () => {
    expect(readSettings({})).toEqual({ dataDirectory: `${process.cwd()}/.confledger`, port: 8011, host: '127.0.0.1', acceptedLog: null });
  });

  test('an empty variable counts as not set', () => {
    expect(readSettings({ PORT: '', HOST: ' ' })).toMatchObject({ port: 8011, host: '127.0.0.1' });
  });

  test.each(['abc', '80.5', '-1', '65536', '0x50', '8011;'])('PORT=%s is refused in one line that names the remedy', (port) => {
    expect(() => readSettings({ PORT: port })).toThrow(/^PORT is '.*', which is no port\. Set it to a number from 0 to 65535/);
  });
});
