// Bytes in any pieces give the same events, and none of any length.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventStreamParser, EventTooLong, PROGRESS_LENGTH, type StreamEvent } from './event-stream-parser.js';

const EVENT_LENGTH_MAX = 1024 * 1024;

function parse(chunks: readonly Buffer[]): StreamEvent[] {
  const events: StreamEvent[] = [];
  const parser = new EventStreamParser({
    lengthMax: (name) => (name === 'long' ? 4 * EVENT_LENGTH_MAX : EVENT_LENGTH_MAX),
    event: (event) => void events.push(event),
    progress: () => undefined,
  });
  for (const chunk of chunks) parser.push(chunk);
  return events;
}

test('events are told by name and data; comments, ids and unknown fields are passed over', () => {
  const text =
    ': hello\n\nid: a:1\nevent: leaf\ndata: {"a":1}\n\nevent:beat\r\ndata:x\r\n\r\ndata: one\ndata: two\n\nevent: none\n\nwhatever\n\n';
  expect(parse([Buffer.from(text)])).toEqual([
    { name: 'leaf', data: '{"a":1}' },
    { name: 'beat', data: 'x' },
    { name: 'message', data: 'one\ntwo' },
  ]);
});

test('it does not matter where the bytes are cut, within a character neither', () => {
  const bytes = Buffer.from('event: leaf\ndata: "é😀 "\n\nevent: leaf\ndata: 2\n\n');
  const whole = parse([bytes]);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
      const ends = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = ends.slice(1).map((end, index) => bytes.subarray(ends[index], end));
      expect(parse(chunks)).toEqual(whole);
    }),
  );
});

test('a stopped parser tells nothing more, not even of the bytes that it is reading', () => {
  const seen: string[] = [];
  const parser: EventStreamParser = new EventStreamParser({
    lengthMax: () => EVENT_LENGTH_MAX,
    event: ({ data }) => {
      seen.push(data);
      parser.stop();
    },
    progress: () => undefined,
  });
  parser.push(Buffer.from('data: 1\n\ndata: 2\n\n'));
  expect(seen).toEqual(['1']);
});

test('an event of more than the limit is refused, in one line or in many', () => {
  const piece = Buffer.from('x'.repeat(EVENT_LENGTH_MAX / 4));
  expect(() => parse([Buffer.from('data: '), piece, piece, piece, piece, piece])).toThrow(EventTooLong);
  const line = Buffer.from(`data: ${piece.toString()}\n`);
  expect(() => parse([line, line, line, line, line])).toThrow(EventTooLong);
});

test('an event may be as long as its name allows, and no longer', () => {
  const piece = Buffer.from('x'.repeat(EVENT_LENGTH_MAX));
  const name = Buffer.from('event: long\ndata: ');
  const [event] = parse([name, piece, piece, piece, Buffer.from('\n\n')]);
  expect(event?.data).toHaveLength(3 * EVENT_LENGTH_MAX);
  expect(() => parse([name, piece, piece, piece, piece])).toThrow(EventTooLong);
  // A name that comes after the data allows nothing, and neither does that of the event before.
  expect(() => parse([Buffer.from('data: '), piece, piece, Buffer.from('\nevent: long\n\n')])).toThrow(EventTooLong);
  expect(() => parse([Buffer.from('event: long\ndata: 1\n\ndata: '), piece, piece])).toThrow(EventTooLong);
});

test('lines that make no event count towards the limit of the next', () => {
  const comment = Buffer.from(`:${'x'.repeat(EVENT_LENGTH_MAX / 4)}\n`);
  expect(() => parse([comment, comment, comment, comment])).toThrow(EventTooLong);
  expect(parse([comment, comment, comment, Buffer.from('\n'), comment, comment, Buffer.from('data: 1\n\n')])).toHaveLength(1);
});

test('a long event that has a name shows its progress, and comments show none', () => {
  const piece = Buffer.from('x'.repeat(PROGRESS_LENGTH));
  let progress = 0;
  const parser = new EventStreamParser({
    lengthMax: () => EVENT_LENGTH_MAX,
    event: () => undefined,
    progress: () => void (progress += 1),
  });
  for (const chunk of [Buffer.from('event: long\ndata: '), piece, piece, piece]) parser.push(chunk);
  expect(progress).toBe(3);
  for (const chunk of [Buffer.from('\n\n:'), piece, Buffer.from('\n:'), piece]) parser.push(chunk);
  expect(progress).toBe(3);
});

test('an event that comes byte by byte costs no more than its length', { timeout: 20_000 }, () => {
  const bytes = Buffer.from(`data: ${'x'.repeat(EVENT_LENGTH_MAX / 4)}\n\n`);
  // Were the line looked through anew with every byte, this would take minutes of the thread that trades.
  const [event] = parse(Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)));
  expect(event?.data).toHaveLength(EVENT_LENGTH_MAX / 4);
});
