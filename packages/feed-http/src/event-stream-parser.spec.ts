// Bytes in any pieces give the same events, and none of any length.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVENT_LENGTH_MAX, EventStreamParser, EventTooLong, type StreamEvent } from './event-stream-parser.js';

function parse(chunks: readonly Buffer[]): StreamEvent[] {
  const events: StreamEvent[] = [];
  const parser = new EventStreamParser((event) => events.push(event));
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
  const parser: EventStreamParser = new EventStreamParser(({ data }) => {
    seen.push(data);
    parser.stop();
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

test('an event that comes byte by byte costs no more than its length', { timeout: 20_000 }, () => {
  const bytes = Buffer.from(`data: ${'x'.repeat(EVENT_LENGTH_MAX / 4)}\n\n`);
  // Were the line looked through anew with every byte, this would take minutes of the thread that trades.
  const [event] = parse(Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)));
  expect(event?.data).toHaveLength(EVENT_LENGTH_MAX / 4);
});
