// The server's rules of idempotency (IndexWriter.CheckCommit of EventStoreDB 23.10), one by one.
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { EventLog, type LogEvent, type ProposedEvent } from './log.js';

const STREAM = 'config-test.log';
const event = (): ProposedEvent => {
  const data = Buffer.from('{}');
  return { id: randomUUID(), type: 'ConfigSet', contentType: 'application/json', data, metadata: data };
};
const events = (count: number): ProposedEvent[] => Array.from({ length: count }, event);

describe('an append to the double', () => {
  let log: EventLog;
  const positionOf = (revision: number): bigint | undefined => log.stream(STREAM)?.[revision]?.position;

  beforeEach(() => {
    log = new EventLog();
  });

  test('with the exact revision is written', () => {
    expect(log.append(STREAM, -1, events(2))).toMatchObject({ kind: 'written', revision: 1 });
    expect(log.append(STREAM, 1, events(1))).toEqual({ kind: 'written', revision: 2, position: positionOf(2) });
  });

  test('with the exact revision is written without a look at the ids: one id can stand twice in a stream', () => {
    const [one] = events(1);
    if (one === undefined) return;
    log.append(STREAM, -1, [one]);
    expect(log.append(STREAM, 0, [one])).toMatchObject({ kind: 'written', revision: 1 });
    expect(log.stream(STREAM)?.map(({ id }) => id)).toEqual([one.id, one.id]);
  });

  test('below the head is idempotent when every id stands there, and names the last matched event, not the head', () => {
    const two = events(2);
    log.append(STREAM, -1, two);
    log.append(STREAM, 1, events(3));
    expect(log.append(STREAM, -1, two)).toEqual({ kind: 'idempotent', revision: 1, position: positionOf(1) });
    expect(log.stream(STREAM)).toHaveLength(5);
  });

  test('below the head compares ids only, never data', () => {
    const [one] = events(1);
    if (one === undefined) return;
    log.append(STREAM, -1, [one]);
    expect(log.append(STREAM, -1, [{ ...one, data: Buffer.from('{"other":1}') }])).toMatchObject({ kind: 'idempotent' });
  });

  test('below the head whose first or later id differs, or that runs past the head, is a wrong expected version', () => {
    const [one, two] = [event(), event()];
    log.append(STREAM, -1, [one, two]);
    const wrong = { kind: 'wrong-expected-version', current: 1 };
    expect(log.append(STREAM, -1, [event()])).toEqual(wrong);
    expect(log.append(STREAM, -1, [one, event()])).toEqual(wrong);
    expect(log.append(STREAM, -1, [one, two, event()])).toEqual(wrong);
    expect(log.append(STREAM, 0, [one])).toEqual(wrong);
  });

  test('above the head is a wrong expected version', () => {
    expect(log.append(STREAM, 0, events(1))).toEqual({ kind: 'wrong-expected-version', current: -1 });
  });

  test('that expects no stream is written to a soft-deleted one, behind what it held', () => {
    log.append(STREAM, -1, events(2));
    log.softDelete(STREAM);
    expect(log.stream(STREAM)).toBeUndefined();
    expect(log.append(STREAM, -1, events(1))).toMatchObject({ kind: 'written', revision: 2 });
  });

  test('with `any` is idempotent for ids of the same stream that were committed lately, until a restart', () => {
    const two = events(2);
    log.append(STREAM, 'any', two);
    expect(log.append(STREAM, 'any', two)).toEqual({ kind: 'idempotent', revision: 1, position: positionOf(1) });
    expect(log.append('config-test.other', 'any', two)).toMatchObject({ kind: 'written', revision: 1 });
    log.forgetRecentIds();
    expect(log.append(STREAM, 'any', two)).toMatchObject({ kind: 'written', revision: 3 });
  });

  test('with `any` whose first id is known and a later one is not is a wrong expected version', () => {
    const [one] = events(1);
    if (one === undefined) return;
    log.append(STREAM, 'any', [one]);
    expect(log.append(STREAM, 'any', [one, event()])).toEqual({ kind: 'wrong-expected-version', current: 0 });
    expect(log.append(STREAM, 'any', [event(), one])).toMatchObject({ kind: 'written' });
  });

  test('with `stream_exists` is refused where there is no stream, and where it was deleted', () => {
    expect(log.append(STREAM, 'stream_exists', events(1))).toMatchObject({ kind: 'wrong-expected-version' });
    log.append(STREAM, -1, events(1));
    log.softDelete(STREAM);
    expect(log.append(STREAM, 'stream_exists', events(1))).toEqual({ kind: 'stream-deleted' });
  });

  test('to a tombstoned stream is refused, whatever it expects', () => {
    log.append(STREAM, -1, events(1));
    log.tombstone(STREAM);
    for (const expected of [-1, 0, 'any'] as const) expect(log.append(STREAM, expected, events(1))).toEqual({ kind: 'stream-deleted' });
  });

  test('gives positions that grow from event to event, also within one append', () => {
    log.append(STREAM, -1, events(3));
    log.append('config-test.other', -1, events(2));
    const positions = log.events.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort((a, b) => Number(a - b)));
  });

  test('forgets the oldest ids for `any` once they take more than 8 MiB', () => {
    const long = 'config-'.padEnd(1_000, 'x');
    const [first] = events(1);
    if (first === undefined) return;
    log.append(long, 'any', [first]);
    for (let index = 0; index < 45; index += 1) log.append(long, 'any', events(100));
    expect(log.append(long, 'any', [first])).toMatchObject({ kind: 'written' });
  });
});

describe('a log that is set back', () => {
  const OTHER = 'config-test.other';
  let log: EventLog;
  let before: readonly LogEvent[];

  beforeEach(() => {
    log = new EventLog();
    log.append(STREAM, -1, events(2));
    log.append(OTHER, -1, events(2));
    log.append(STREAM, 1, events(1));
    before = [...log.events];
  });

  test('to a number of events keeps as many, in the log and in its streams, and answers the rest', () => {
    expect(log.setBackTo(3)).toEqual(before.slice(3));
    expect(log.events).toEqual(before.slice(0, 3));
    expect([log.stream(STREAM)?.length, log.stream(OTHER)?.length]).toEqual([2, 1]);
    expect(log.setBackTo(2)).toEqual(before.slice(2, 3));
    expect(log.stream(OTHER)).toBeUndefined();
  });

  test('to a position keeps the event at it, and what came before', () => {
    log.setBackTo(before[2]?.position ?? 0n);
    expect(log.events).toEqual(before.slice(0, 3));
  });

  test('gives revisions and positions of what is gone out again, which are other ones for events of another size', () => {
    log.setBackTo(3);
    const [same, longer] = [event(), { ...event(), data: Buffer.from('{"longer":true}') }];
    expect(log.append(OTHER, 0, [longer])).toMatchObject({ kind: 'written', revision: 1, position: before[3]?.position });
    expect(log.append(STREAM, 1, [same])).toMatchObject({ kind: 'written', revision: 2 });
    expect(log.events.at(-1)?.position).toBe((before[4]?.position ?? 0n) + BigInt('{"longer":true}'.length - '{}'.length));
  });

  test('to nothing begins anew', () => {
    log.setBackTo(0);
    expect([log.events, log.nextPosition]).toEqual([[], 0n]);
    expect(log.append(STREAM, -1, events(1))).toEqual({ kind: 'written', revision: 0, position: 0n });
  });

  test('has forgotten the ids that `any` compares with', () => {
    const [id] = log.setBackTo(4);
    expect(log.append(STREAM, 'any', id ? [id] : [])).toMatchObject({ kind: 'written' });
  });
});

test('a log that adopts the events of another has the same events, streams and next position, and lets its listeners know once', () => {
  const [one, other] = [new EventLog(), new EventLog()];
  let heard = 0;
  other.onAppend(() => (heard += 1));
  one.append(STREAM, -1, events(2));
  one.append('config-test.other', -1, events(1));
  other.adopt(one.events);
  expect(other.events).toEqual(one.events);
  expect(other.stream(STREAM)).toEqual(one.stream(STREAM));
  expect(other.nextPosition).toBe(one.nextPosition);
  expect(heard).toBe(1);
});

test('a log that somebody rewrote has the other events in the place of those that it had, in its streams and in all', () => {
  const log = new EventLog();
  log.append(STREAM, -1, events(2));
  log.append('config-test.other', -1, events(1));
  const [first, second, other] = [...log.events];
  if (first === undefined || second === undefined) throw new Error('nothing was written');
  const forged = { ...second, data: Buffer.from('[]') };
  log.rewrite([first, second], [forged]);
  expect(log.events).toEqual([forged, other]);
  expect(log.stream(STREAM)).toEqual([forged]);
  log.rewrite([], [first, second]);
  expect(log.events).toEqual([first, second, other]);
});
