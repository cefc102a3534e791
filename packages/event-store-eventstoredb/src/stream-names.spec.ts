// Names of streams here and on the server.
import { describe, expect, test } from 'vitest';
import { streamNames } from './stream-names.js';

describe('stream names', () => {
  test('of the default namespace are the same on the server', () => {
    for (const names of [streamNames(), streamNames('confledger')]) {
      for (const stream of ['config-production.trading-engine', 'installation', 'access-control', 'schema-risk-gateway', 'proposal-1']) {
        expect(names.toServer(stream)).toBe(stream);
        expect(names.toOurs(stream)).toBe(stream);
      }
    }
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
    for (const stream of ['installations', 'configuration-x', 'orders-1', '$settings']) {
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
