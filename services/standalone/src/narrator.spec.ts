import type { StoredEvent } from '@confledger/application';
import { expect, test } from 'vitest';
import { createNarrator } from './narrator.js';

const ACTIVATION = { digest: 'd', pending: 0, keyId: 'k', signature: 's' };
const change = { path: 'risk.max', value: 1 };

function event(
  type: string,
  revision: number,
  changeSet: { id: string; index: number; size: number },
  data: object = change,
  reason: string | null = null,
): StoredEvent {
  const metadata = {
    actor: { id: 'ada', method: 'token', roles: [] },
    reason,
    commandId: 'c',
    fingerprint: 'f',
    correlationId: 'r',
    causationId: null,
    changeSet,
    occurredAt: '2026-01-05T09:00:00.000Z',
    schemaVersion: 1,
    traceparent: null,
    previousHash: null,
    hash: 'h',
  };
  return {
    id: `e${revision}`,
    type,
    stream: 'config-production.trading-engine',
    revision,
    position: BigInt(revision + 1),
    data: JSON.stringify(data),
    metadata: JSON.stringify(metadata),
  };
}

test('a change set is told once, when it takes effect', () => {
  const take = createNarrator();
  expect(take(event('LedgerCreated', 0, { id: 'a', index: 0, size: 3 }, { environment: 'production', service: 'trading-engine' }))).toEqual(
    [],
  );
  expect(take(event('ConfigSet', 1, { id: 'a', index: 1, size: 3 }))).toEqual([]);
  expect(take(event('ConfigSet', 2, { id: 'a', index: 2, size: 3 }, change, 'first limits'))).toEqual([
    { kind: 'version', version: 2, ledger: 'production/trading-engine', text: '2 changes by ada: first limits' },
  ]);
});

test('a rollback tells its version and its activation', () => {
  const take = createNarrator();
  take(event('ConfigSet', 5, { id: 'b', index: 0, size: 2 }));
  expect(
    take(event('VersionActivated', 6, { id: 'b', index: 1, size: 2 }, { ...ACTIVATION, version: 5, previous: 3, rollbackTo: 2 })),
  ).toEqual([
    { kind: 'version', version: 5, ledger: 'production/trading-engine', text: '1 change by ada' },
    { kind: 'active', version: 5, ledger: 'production/trading-engine', text: 'rollback to 2, was 3, by ada' },
  ]);
});

test('a retirement and a restoration each have a line, with who and why', () => {
  const take = createNarrator();
  const ledger = { kind: 'ledger', version: null, ledger: 'production/trading-engine' };
  expect(take(event('LedgerRetired', 2, { id: 'r', index: 0, size: 1 }, {}, 'made by\nmistake'))).toEqual([
    { ...ledger, text: 'retired by ada: made by mistake' },
  ]);
  expect(take(event('LedgerRestored', 3, { id: 's', index: 0, size: 1 }, {}))).toEqual([{ ...ledger, text: 'restored by ada' }]);
});

test('an abandoned change set is never told', () => {
  const take = createNarrator();
  expect(take(event('ConfigSet', 1, { id: 'c', index: 0, size: 9 }))).toEqual([]);
  expect(take(event('ConfigSet', 2, { id: 'd', index: 0, size: 1 }))).toEqual([
    { kind: 'version', version: 2, ledger: 'production/trading-engine', text: '1 change by ada' },
  ]);
});

test('a reason cannot break the line or speak to the terminal', () => {
  const [line] = createNarrator()(event('ConfigSet', 1, { id: 'e', index: 0, size: 1 }, change, `a\nb\u001b[31m${'x'.repeat(200)}`));
  expect(line?.text).toMatch(/^1 change by ada: a b \[31mx+…$/);
  expect(line?.text.length).toBeLessThan(110);
});

test('events of other streams are not told', () => {
  expect(createNarrator()({ ...event('InstallationCreated', 0, { id: 'f', index: 0, size: 1 }), stream: 'installation' })).toEqual([]);
});

test('an event that this release cannot read is not told, and stops nothing', () => {
  const take = createNarrator();
  expect(take(event('LedgerRenamed', 0, { id: 'g', index: 0, size: 1 }))).toEqual([]);
  const written = event('ConfigSet', 1, { id: 'h', index: 0, size: 1 });
  for (const data of ['{', String.raw`{"path":"\\","path":"b"}`]) expect(take({ ...written, data })).toEqual([]);
  expect(take(event('ConfigSet', 2, { id: 'i', index: 0, size: 1 }))).toHaveLength(1);
});
