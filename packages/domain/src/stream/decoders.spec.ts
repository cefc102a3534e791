import { describe, expect, test } from 'vitest';
import { decodeRecorded, EventUnreadable, isCount, isText, membersOf, type EventDecoders } from './decoders.js';

interface Moved {
  readonly type: 'Moved';
  readonly data: { readonly to: string; readonly steps: number };
}

/** Version 1 said `target`, and moved by one step always. */
const decoders: EventDecoders<Moved> = {
  Moved: {
    1: (data) => {
      const { target } = membersOf<{ target: string }>({ target: isText })(data);
      return { to: target, steps: 1 };
    },
    2: membersOf<Moved['data']>({ to: isText, steps: isCount }),
  },
};

const stored = (schemaVersion: unknown, data: unknown, more: object = {}) => ({
  id: 'id',
  stream: 'walk-1',
  revision: 7,
  type: 'Moved',
  data,
  metadata: {
    actor: { id: 'alice', method: 'token', roles: [] },
    reason: null,
    commandId: 'c',
    fingerprint: 'f',
    correlationId: 'r',
    causationId: null,
    changeSet: { id: 's', index: 0, size: 1 },
    occurredAt: '2026-01-05T09:00:00.000Z',
    schemaVersion,
    traceparent: null,
    previousHash: null,
    hash: 'h',
    ...more,
  },
});

describe('an event', () => {
  test('of every schemaVersion is read in the shape of today', () => {
    expect(decodeRecorded(decoders, stored(1, { target: 'b' })).data).toEqual({ to: 'b', steps: 1 });
    expect(decodeRecorded(decoders, stored(2, { to: 'b', steps: 3 })).data).toEqual({ to: 'b', steps: 3 });
    expect(decodeRecorded(decoders, stored(1, { target: 'b' })).metadata.schemaVersion).toBe(1);
  });

  test.each([
    ['a later schemaVersion', stored(3, { to: 'b' }), "event 7 of walk-1 has type 'Moved' in the unknown schemaVersion 3"],
    ['a name of every object as its version', stored('constructor', {}), 'its schemaVersion is missing'],
    ['another type', { ...stored(1, {}), type: 'Flown' }, "event 7 of walk-1 has the unknown type 'Flown' (schemaVersion 1)"],
    ['a type that every object has', { ...stored(1, {}), type: 'toString' }, "unknown type 'toString'"],
    ['members of another version', stored(2, { target: 'b' }), "it has the unknown member 'target'"],
    ['a member missing', stored(2, { to: 'b' }), 'its steps is missing or not what it must be'],
    ['a member of another form', stored(2, { to: 'b', steps: -1 }), 'its steps is missing or not what it must be'],
    ['data that are a list', stored(2, []), 'its data is missing'],
    ['no actor', stored(2, { to: 'b', steps: 1 }, { actor: null }), 'its actor is missing'],
    ['a time that is none', stored(2, { to: 'b', steps: 1 }, { occurredAt: '2026-13-01T00:00:00.000Z' }), 'its occurredAt is missing'],
    [
      'a change set without a place',
      stored(2, { to: 'b', steps: 1 }, { changeSet: { id: 's', index: 0.5, size: 1 } }),
      'its changeSet is missing',
    ],
  ])('with %s is refused by name', (_, event, reason) => {
    expect(() => decodeRecorded(decoders, event)).toThrow(EventUnreadable);
    expect(() => decodeRecorded(decoders, event)).toThrow(reason);
  });
});
