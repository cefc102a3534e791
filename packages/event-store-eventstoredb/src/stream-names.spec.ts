// Names of streams here and on the server.
import { beginningOf, STREAM_KINDS } from '@confledger/application';
import { describe, expect, test } from 'vitest';
import { streamNames } from './stream-names.js';

/** What every release from now on reads: a subscription that left one out would move its checkpoint past events that are never read. */
const BEGINNINGS = [
  'access-control',
  'access-log',
  'config-',
  'credentials-',
  'environments',
  'fleet-',
  'installation',
  'keyring',
  'proposal-',
  'secret-access-',
  'template-',
];

describe('stream names', () => {
  test('of the default namespace are the same on the server', () => {
    for (const names of [streamNames(), streamNames('confledger')]) {
      for (const stream of [
        'config-production.trading-engine',
        'installation',
        'access-control',
        'environments',
        'fleet-a.b',
        'proposal-1',
      ]) {
        expect(names.toServer(stream)).toBe(stream);
        expect(names.toOurs(stream)).toBe(stream);
      }
    }
  });

  test('of the default namespace are filtered by the table of streams, which lists them all', () => {
    expect([...streamNames().prefixes].sort()).toEqual(BEGINNINGS);
    expect([...STREAM_KINDS.map(beginningOf)].sort()).toEqual(BEGINNINGS);
  });

  test('of another namespace begin with it', () => {
    const names = streamNames('acme');
    expect(names.prefixes).toEqual(['acme.']);
    expect(names.toServer('installation')).toBe('acme.installation');
    expect(names.toOurs('acme.installation')).toBe('installation');
    expect(names.toOurs('installation')).toBeUndefined();
    expect(names.toOurs('acme2.installation')).toBeUndefined();
  });

  test('that no subscription would see are refused before anything is appended to them', () => {
    for (const stream of [
      'installations',
      'configuration-x',
      'environment-production',
      'schema-x',
      'credential-x',
      'orders-1',
      '$settings',
    ]) {
      expect(() => streamNames().toServer(stream)).toThrow(TypeError);
    }
  });

  test('that only begin like ours are not ours', () => {
    for (const name of ['installations', 'access-control-lists', 'config', 'acme.config-x']) {
      expect(streamNames().toOurs(name)).toBeUndefined();
    }
  });

  test('have no namespace that could run into another: no dots, no upper case, nothing empty', () => {
    for (const namespace of ['', 'a.b', 'Acme', '$system', 'x'.repeat(64)]) expect(() => streamNames(namespace)).toThrow(TypeError);
  });
});
