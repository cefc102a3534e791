// The server's rules of idempotency (IndexWriter.CheckCommit of EventStoreDB 23.10), one by one.
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { EventLog, type ProposedEvent } from './log.js';

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
