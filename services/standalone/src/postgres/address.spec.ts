// Where the parts connect to the embedded Postgres.
import { expect, test } from 'vitest';
import { hostOf, socketDirectoryOf } from './address.js';

test('the socket file lies in the directory of the cluster', () => {
  expect(socketDirectoryOf('/srv/confledger/.confledger/postgres', 'linux')).toBe('/srv/confledger/.confledger/postgres');
  expect(hostOf('/srv/confledger data/postgres')).toBe('%2Fsrv%2Fconfledger%20data%2Fpostgres');
});

test.each<[string, string, NodeJS.Platform]>([
  ['a path that is too long for a socket', `/srv/${'x'.repeat(85)}`, 'linux'],
  ['a path that is too long in bytes', `/srv/${'ü'.repeat(43)}`, 'linux'],
  ['a path with a comma, which parts a list', '/srv/a,b', 'linux'],
  ['a path with a quote', '/srv/a"b', 'linux'],
  ['Windows', '/srv/confledger', 'win32'],
])('with %s there is none, and the address is that of the port', (_, directory, platform) => {
  expect(socketDirectoryOf(directory, platform)).toBeNull();
  expect(hostOf(null)).toBe('127.0.0.1');
});

test('the longest path that fits is taken', () => {
  expect(socketDirectoryOf(`/srv/${'x'.repeat(83)}`, 'linux')).not.toBeNull();
  expect(socketDirectoryOf(`/srv/${'x'.repeat(84)}`, 'linux')).toBeNull();
});
