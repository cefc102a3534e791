// The header by which a node says what it verifies: what an SDK of this release sends is read, and anything else counts as unreadable.
import { expect, test } from 'vitest';
import { readSdkHeader, SDK_HEADER_CHARACTERS_MAX, sdkHeader, verifiesStatement } from './sdk-header.js';

test('the header of this release says its version and that it verifies statements 1 and 2', () => {
  expect(sdkHeader('0.1.0')).toBe('0.1.0; statements=1,2');
  expect(readSdkHeader(sdkHeader('0.1.0'))).toEqual({ version: '0.1.0', statements: [1, 2] });
});

test('parameters of newer releases are passed over, wherever they stand', () => {
  expect(readSdkHeader('2.0.0-rc.1+build; seals=1;statements=1,2,3; later="x"')).toEqual({
    version: '2.0.0-rc.1+build',
    statements: [1, 2, 3],
  });
});

test.each([
  ['nothing', ''],
  ['no statements', '0.1.0'],
  ['statements that are no numbers', '0.1.0; statements=all'],
  ['an empty list', '0.1.0; statements='],
  ['two lists', '0.1.0; statements=1; statements=1,2'],
  ['two headers that were joined', '0.1.0; statements=1,2, 0.1.0; statements=1,2'],
  ['no version', '; statements=1,2'],
  ['a version with spaces', 'a b; statements=1,2'],
  ['a parameter without a value', '0.1.0; statements=1,2; seals'],
  ['more characters than the limit', `0.1.0; statements=1,2; x=${'y'.repeat(SDK_HEADER_CHARACTERS_MAX)}`],
])('%s is unreadable, and its node verifies statement 1 only', (_what, text) => {
  expect(readSdkHeader(text)).toBeNull();
  expect([verifiesStatement(text, 1), verifiesStatement(text, 2)]).toEqual([true, false]);
});

test('a node verifies the forms that its header names; one without a header verifies 1', () => {
  expect([verifiesStatement('0.1.0; statements=1,2', 2), verifiesStatement('3.0.0; statements=2', 1)]).toEqual([true, false]);
  expect([verifiesStatement(null, 1), verifiesStatement(null, 2)]).toEqual([true, false]);
});
