// The table of streams, and what the projector makes of it.
import { expect, test } from 'vitest';
import { PROJECTIONS, useOfStream } from './projections/projections.js';
import { beginningOf, kindOfStream, STREAM_KINDS, type StreamKind } from './streams.js';

/** One stream of each kind, by the names that are a storage format for ever. */
const EXAMPLES: Readonly<Record<StreamKind, string>> = {
  ledger: 'config-production.trading-engine',
  credentials: 'credentials-production.trading-engine',
  environments: 'environments',
  accessControl: 'access-control',
  proposal: 'proposal-0197f0c2-5a51-7d3c-9c1f-2f3a4b5c6d7e',
  template: 'template-risk-limits',
  installation: 'installation',
  keyring: 'keyring',
  secretAccess: 'secret-access-production.trading-engine',
  accessLog: 'access-log',
  fleet: 'fleet-production.trading-engine',
};

test('Each stream is of its kind, and no name is of two', () => {
  for (const kind of STREAM_KINDS) {
    expect(kindOfStream(EXAMPLES[kind])).toBe(kind);
    const others = STREAM_KINDS.filter((other) => other !== kind).map(beginningOf);
    expect(others.filter((beginning) => EXAMPLES[kind].startsWith(beginning))).toEqual([]);
  }
});

test('A name that is in the table only by its beginning, or not at all, is of no kind', () => {
  for (const stream of [
    'installations',
    'environments-2',
    'keyring.x',
    'access-logs',
    'access-control-lists',
    'config',
    'environment-production',
    'schema-x',
    'credential-x',
    '',
  ])
    expect(kindOfStream(stream)).toBeNull();
});

test('The projector folds ledgers, environments and the installation, and parks every other stream until there is code for it', () => {
  const projected = STREAM_KINDS.filter((kind) => useOfStream(EXAMPLES[kind]).kind === 'project');
  expect(projected).toEqual(STREAM_KINDS.filter((kind) => PROJECTIONS[kind] !== null));
  expect(projected).toEqual(['ledger', 'environments', 'installation']);
  expect(useOfStream('orders-1')).toEqual({ kind: 'unknown', reason: 'this release does not know its stream' });
  expect(useOfStream('config-Production.x')).toEqual({ kind: 'unknown', reason: 'its stream is not named after a ledger' });
});
