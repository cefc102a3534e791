import { expect, test } from 'vitest';
import { formatPosition, parsePosition } from './position.js';

const INSTALLATION = '0e0f';

test.each([0n, 1n, 9_007_199_254_740_993n, 2n ** 63n - 1n])('the position %d is read as it was written', (position) => {
  expect(parsePosition(INSTALLATION, formatPosition(INSTALLATION, position))).toEqual({ ok: true, position });
});
test("another installation's position says nothing here", () => {
  expect(parsePosition(INSTALLATION, 'other:5')).toEqual({ ok: false, why: 'another-installation' });
});
test.each([
  '',
  '5',
  ':5',
  '0e0f:',
  '0e0f:-1',
  '0e0f:01',
  '0e0f:1.0',
  '0e0f:5 ',
  ' 0e0f:5',
  '0e0f:0x5',
  '0e0f:9223372036854775808',
  '0e0f:9999999999999999999',
  '0e0f:99999999999999999999',
])('%j is no position', (text) => {
  expect(parsePosition(INSTALLATION, text)).toEqual({ ok: false, why: 'malformed' });
});
