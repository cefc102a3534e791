import { EventUnreadable, ledgerAggregate, LedgerId } from '@confledger/domain';
import { describe, expect, test } from 'vitest';
import { testCore } from '../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from './in-memory/event-store.js';
import { APPEND_EVENTS_MAX, partsOf } from './commands/append-parts.js';
import { bytesOf, decodeStored } from './codec.js';
import { APPEND_BYTES_MAX, type EventToAppend, type StoredEvent } from './ports/event-store.js';

const decodeEvent = (event: StoredEvent) => decodeStored(ledgerAggregate.events, event);

async function stored(): Promise<StoredEvent[]> {
  const store = createInMemoryEventStore();
  const core = testCore(store);
  await core.done({ type: 'Create', configuration: { a: 1 } }, { guards: { activate: true } });
  await core.done({ type: 'Tag', version: 1, tag: 't', move: false });
  await core.done({ type: 'Delete', path: 'a' });
  for (const type of ['Retire', 'Restore'] as const) await core.done({ type });
  return [...(await store.readStream('config-production.trading-engine', { limit: 10 }))];
}

describe('a stored event', () => {
  test('is read as it was recorded', async () => {
    const events = await stored();
    expect(events.map((event) => decodeEvent(event).type)).toEqual([
      'LedgerCreated',
      'ConfigSet',
      'VersionActivated',
      'VersionTagged',
      'ConfigDeleted',
      'LedgerRetired',
      'LedgerRestored',
    ]);
  });

  test('of an unknown type, or that is no JSON, is told by name', async () => {
    const [event] = (await stored()) as [StoredEvent];
    expect(() => decodeEvent({ ...event, type: 'ConfigRenamed' })).toThrow(
      /^event 0 of config-production.trading-engine has the unknown type 'ConfigRenamed' \(schemaVersion 1\)$/,
    );
    expect(() => decodeEvent({ ...event, type: 'constructor' })).toThrow(EventUnreadable);
    expect(() => decodeEvent({ ...event, data: '{' })).toThrow(EventUnreadable);
    expect(() => decodeEvent({ ...event, metadata: 'null' })).toThrow(EventUnreadable);
    const twice = String.raw`{"environment":"\\","service":"a","service":"b"}`;
    expect(() => decodeEvent({ ...event, data: twice })).toThrow(EventUnreadable);
    expect(() => decodeEvent({ ...event, data: `{"\\\\":${'['.repeat(1_000_000)}` })).toThrow(EventUnreadable);
  });

  test('of an unknown schemaVersion is told by type, schemaVersion, stream and revision', async () => {
    for (const event of await stored()) {
      const { schemaVersion: _, ...metadata } = JSON.parse(event.metadata) as Record<string, unknown>;
      for (const schemaVersion of [0, 99, 1.5]) {
        const later = { ...event, metadata: JSON.stringify({ ...metadata, schemaVersion }) };
        expect(() => decodeEvent(later)).toThrow(EventUnreadable);
        expect(() => decodeEvent(later)).toThrow(
          `event ${event.revision} of config-production.trading-engine has type '${event.type}' in the unknown schemaVersion ${schemaVersion}`,
        );
      }
      expect(() => decodeEvent({ ...event, metadata: JSON.stringify({ ...metadata, schemaVersion: '1' }) })).toThrow(EventUnreadable);
    }
  });

  test('without a member that a fold relies on is unreadable, not a fault of the fold', async () => {
    for (const event of await stored()) {
      const metadata = JSON.parse(event.metadata) as Record<string, unknown>;
      for (const name of [
        'actor',
        'reason',
        'commandId',
        'correlationId',
        'fingerprint',
        'changeSet',
        'occurredAt',
        'previousHash',
        'hash',
        'schemaVersion',
      ]) {
        const { [name]: _gone, ...rest } = metadata;
        expect(() => decodeEvent({ ...event, metadata: JSON.stringify(rest) }), name).toThrow(EventUnreadable);
      }
      const data = JSON.parse(event.data) as Record<string, unknown>;
      for (const name of Object.keys(data)) {
        const { [name]: _gone, ...rest } = data;
        expect(() => decodeEvent({ ...event, data: JSON.stringify(rest) }), `${event.type} ${name}`).toThrow(EventUnreadable);
      }
      const more = JSON.stringify({ ...data, unheard: 1 });
      expect(() => decodeEvent({ ...event, data: more })).toThrow(
        `event ${event.revision} of ${event.stream} cannot be read: it has the unknown member 'unheard'`,
      );
      // A later release may add to the envelope what this one needs not know.
      expect(decodeEvent({ ...event, metadata: JSON.stringify({ ...metadata, unheard: 1 }) }).metadata).toMatchObject({ unheard: 1 });
    }
  });
});

test('a ledger has one stream, and other streams are no ledgers', () => {
  const id = LedgerId.of('production', 'trading-engine');
  expect(LedgerId.ofStream(id.stream)).toEqual(id);
  expect(['installation', 'environments', 'config-Production.x', 'config-a.b.c'].map((name) => LedgerId.ofStream(name))).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

describe('a large change set is cut into appends', () => {
  const events = (count: number, bytes: number): EventToAppend[] =>
    Array.from({ length: count }, (_, index) => ({ id: `${index}`, type: 'T', data: 'x'.repeat(bytes - 2), metadata: '{}' }));

  test('of so many events', () => {
    expect([...partsOf(events(APPEND_EVENTS_MAX * 2 + 1, 10))].map((part) => part.length)).toEqual([
      APPEND_EVENTS_MAX,
      APPEND_EVENTS_MAX,
      1,
    ]);
  });
  test('of so many bytes, to the last one', () => {
    const half = APPEND_BYTES_MAX / 2;
    expect([...partsOf(events(4, half))].map((part) => part.length)).toEqual([2, 2]);
    expect([...partsOf(events(4, half + 1))].map((part) => part.length)).toEqual([1, 1, 1, 1]);
    for (const part of partsOf(events(9, 300_000)))
      expect(part.reduce((sum, each) => sum + bytesOf(each), 0)).toBeLessThanOrEqual(APPEND_BYTES_MAX);
  });
  test('in their order, all of them', () => {
    expect([...partsOf(events(2_500, 1_000))].flat().map((event) => Number(event.id))).toEqual(
      Array.from({ length: 2_500 }, (_, index) => index),
    );
    expect([...partsOf([])]).toEqual([]);
  });
});
