import { expect, test } from 'vitest';
import { hasEvents, messages, prefixed, putRequest, watchRequest } from './messages.js';

test('a PutRequest has the key as field 1 and the value as field 2', () => {
  expect(putRequest('key', '{"value":1}').toString('latin1')).toBe('\x0a\x03key\x12\x0b{"value":1}');
});

test('a key or value that would need a longer length is refused', () => {
  expect(() => putRequest('key', 'v'.repeat(127))).not.toThrow();
  expect(() => putRequest('key', 'v'.repeat(128))).toThrow('field 2 has 128 bytes; the benchmarks encode at most 127');
});

test('a WatchRequest creates a watch of the key', () => {
  expect(watchRequest('key').toString('latin1')).toBe('\x0a\x05\x0a\x03key');
});

test('an answer to a watch has events when field 11 is in it, behind a header whose numbers have any length', () => {
  const header = Buffer.from([0x0a, 4, 0x18, 0x9a, 0x05, 0x00, 0x10, 0xff, 0xff, 0xff, 0xff, 0x7f]);
  const created = Buffer.from([0x18, 0x01]);
  const events = Buffer.from([0x5a, 2, 0x12, 0x00]);
  expect(hasEvents(Buffer.concat([header, created]))).toBe(false);
  expect(hasEvents(Buffer.concat([header, events]))).toBe(true);
  // The bytes of field 11 inside another field are none.
  expect(hasEvents(Buffer.from([0x0a, 2, 0x5a, 0x00]))).toBe(false);
});

test('messages arrive whole, however the bytes of a stream are cut', () => {
  const bytes = Buffer.concat([prefixed(Buffer.from('one')), prefixed(Buffer.alloc(0)), prefixed(Buffer.from('three'))]);
  for (let size = 1; size <= bytes.length; size += 1) {
    const received: string[] = [];
    const push = messages((message) => received.push(message.toString()));
    for (let at = 0; at < bytes.length; at += size) push(bytes.subarray(at, at + size));
    expect(received).toEqual(['one', '', 'three']);
  }
});
