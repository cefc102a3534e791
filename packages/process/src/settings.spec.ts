import { expect, test } from 'vitest';
import { z } from 'zod';
import { flag, host, logLevel, port, postgresUrl, readSettings, StartRefused, text } from './index.js';

const VARIABLES = z.object({ HOST: host, PORT: port(8011), URL: postgresUrl, LEVEL: logLevel, OPEN: flag(false), FILE: text.optional() });
const NEEDED = { URL: 'postgres://user:hush@localhost/x' };

test('what is not set, or empty, has its default', () => {
  expect(readSettings(VARIABLES, { ...NEEDED, PORT: ' ', OTHER: 'x' })).toEqual({
    HOST: '127.0.0.1',
    PORT: 8011,
    URL: NEEDED.URL,
    LEVEL: 'info',
    OPEN: false,
  });
  expect(readSettings(VARIABLES, { ...NEEDED, PORT: '0', OPEN: 'true' })).toMatchObject({ PORT: 0, OPEN: true });
});

test('every variable that is wrong or missing is refused in one line with its name, the rule and the remedy', () => {
  const read = (): unknown => readSettings(VARIABLES, { PORT: '65536', LEVEL: 'loud', OPEN: 'yes' });
  expect(read).toThrow(StartRefused);
  expect(read).toThrow(
    [
      'PORT: expected a port, 0 to 65535. Correct it, or leave it out for 8011.',
      'URL is not set: expected postgres://user:password@host:port/database. Set it.',
      'LEVEL: expected one of trace, debug, info, warn, error, fatal. Correct it, or leave it out for info.',
      'OPEN: expected true or false. Correct it, or leave it out for false.',
    ].join('\n'),
  );
});

test('a value is never shown', () => {
  const read = (): unknown => readSettings(VARIABLES, { URL: 'mysql://user:hush@localhost/x' });
  expect(read).toThrow('URL: expected postgres://user:password@host:port/database. Correct it.');
  expect(read).not.toThrow(/hush/);
});
