// How samples are found in a page, and when an output is what the page shows.
import { expect, test } from 'vitest';
import { agrees, samplesOf } from './samples.js';

const PAGE = [
  '# Page',
  '```bash',
  'echo 1',
  'echo 2',
  '```',
  '```text',
  '1',
  '…',
  '```',
  'Words.',
  '```json',
  '{}',
  '```',
  '```ts',
  'export {};',
  '```',
].join('\n');

test('shell and TypeScript blocks are samples, a text block behind one is what it prints', () => {
  expect(samplesOf(PAGE)).toEqual([
    { language: 'bash', code: 'echo 1\necho 2', expected: '1\n…', line: 2 },
    { language: 'ts', code: 'export {};', expected: null, line: 14 },
  ]);
});

test('what needs more than a standalone is a sample only for who has it', () => {
  const page = ['```ts', 'one', '```', '```ts kafka', 'two', '```', '```text kafka', '2', '```'].join('\n');
  expect(samplesOf(page)).toEqual([{ language: 'ts', code: 'one', expected: null, line: 1 }]);
  expect(samplesOf(page, 'kafka')).toEqual([{ language: 'ts', code: 'two', expected: '2', line: 4 }]);
});

test.each([
  ['{"a":1,"b":2}', '{"a":1,…', true],
  ['{"a":1,"b":2}', '…"b":2}', true],
  ['one\n  two\n', 'one two', true],
  ['{"a":1,"b":2}', '{"a":1}', false],
  ['{"a":1,"b":2}', '{"a":2,…', false],
  ['a.b', 'a+b', false],
  ['', '…', true],
  ['said more than is shown', 'said more', false],
])('output %j against %j', (output, expected, result) => {
  expect(agrees(output, expected)).toBe(result);
});
