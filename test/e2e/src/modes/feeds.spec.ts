// The beginning of a feed is the same at whatever moment it is read.
import { expect, test } from 'vitest';
import { beginningOf } from './feeds.js';

const BEAT = 'event: beat\ndata: {"time":"now"}\n\n';
const LEAF = 'event: leaf\ndata: {"path":"a"}\n\n';
const SYNCHRONIZED = 'event: synchronized\ndata: {}\n\n';

test.each([
  ['beats before and behind', `${BEAT}${LEAF}${BEAT}${SYNCHRONIZED}${BEAT}`],
  ['what came later', `${LEAF}${SYNCHRONIZED}${LEAF}${SYNCHRONIZED}`],
])('%s do not belong to it', (_what, body) => {
  expect(beginningOf(body)).toBe(`${LEAF}${SYNCHRONIZED}`);
});

test('a feed that was cut off, and a refusal, are shown as they came', () => {
  expect(beginningOf(LEAF)).toBe(LEAF);
  expect(beginningOf('{"success":false}')).toBe('{"success":false}');
});
