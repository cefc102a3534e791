import { describe, expect, test } from 'vitest';
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

describe('a variable that no part reads', () => {
  test.each([
    ['CONFLEDGER_POSTGRES_ULR', 'CONFLEDGER_POSTGRES_URL'],
    ['CONFLEDGER_KAFKA_BROKER', 'CONFLEDGER_KAFKA_BROKERS'],
    ['CONFLEDGER_DATADIR', 'CONFLEDGER_DATA_DIR'],
    ['CONFLEDGER_ENVIROMENT', 'CONFLEDGER_ENVIRONMENT'],
  ])('%s is refused with the one that may be meant, and without its value', (variable, meant) => {
    const read = (): unknown => readSettings(VARIABLES, { ...NEEDED, [variable]: 'hush' });
    expect(read).toThrow(StartRefused);
    expect(read).toThrow(`${variable} is not known: did you mean ${meant}? Rename it, or leave it out.`);
    expect(read).not.toThrow(/hush/);
  });

  test('is told beside what is missing because of it', () => {
    const read = (): unknown => readSettings(VARIABLES, { CONFLEDGER_LOG_LEVL: 'info' });
    expect(read).toThrow(/^CONFLEDGER_LOG_LEVL is not known: .*\nURL is not set/);
  });

  test.each([
    ['belongs to another part', 'CONFLEDGER_KAFKA_BROKERS'],
    ['is like none', 'CONFLEDGER_HOMEPAGE'],
    ['fills in compose.yaml', 'CONFLEDGER_DATABASE_PASSWORD'],
    ['is for specs', 'CONFLEDGER_TEST_KAFKA_BROKERS'],
    ['says where a service of Kubernetes is', 'CONFLEDGER_POSTGRES_PORT'],
    ['says where a service of Kubernetes is', 'CONFLEDGER_SERVICE_HOST'],
    ['is written otherwise for another program', 'confledger_feeds'],
  ])('is taken no notice of where it %s', (_what, variable) => {
    expect(() => readSettings(VARIABLES, { ...NEEDED, [variable]: 'x' })).not.toThrow();
  });

  test('and is empty counts as not set', () => {
    expect(() => readSettings(VARIABLES, { ...NEEDED, CONFLEDGER_KAFKA_BROKER: ' ' })).not.toThrow();
  });
});
