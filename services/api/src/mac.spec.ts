import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { hmacOf } from './mac.js';

test('it is the HMAC-SHA-256 of Node, for any key of at most 64 bytes and any message', () => {
  for (let length = 0; length <= 64; length += 1) {
    const key = randomBytes(length);
    const mac = hmacOf(key);
    for (const bytes of [0, 1, 31, 32, 55, 56, 63, 64, 65, 1_000].map((each) => randomBytes(each)))
      expect(mac(bytes)).toBe(createHmac('sha256', key).update(bytes).digest('hex'));
  }
});

test('a longer key is refused', () => {
  expect(() => hmacOf(randomBytes(65))).toThrow(RangeError);
});
