import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Line, Result } from './report.js';
import { PAGE_FILE, readSaved } from './results-files.js';
import { merged, pageWith } from './results-page.js';

const page = readFileSync(PAGE_FILE, 'utf8');
const EMPTY = 'Words.\n\n<!-- results: written by `npm run bench -- --save` -->\nold\n<!-- end of the results -->\nMore words.\n';

function resultOf(results: readonly Line[], notes: readonly string[] = []): Result {
  const machine = { cores: 2, model: 'a model', node: 'v20.19.0', platform: 'linux x64' };
  return { at: '2026-11-30T10:00:00.000Z', commit: '727c6a2000', machine, loadAverage: [0.5, 1.25], othersShare: 0.031, results, notes };
}

test('the page of benchmarks shows what is saved', () => {
  expect(page).toBe(pageWith(page, readSaved()));
});

test('the page of benchmarks says of each benchmark what it measures', () => {
  const names = readdirSync(fileURLToPath(new URL('.', import.meta.url))).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? []);
  expect(names.filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
});

test('a line has its value and its aim, and a missed aim is marked, with its floor', () => {
  const lines = [
    { name: 'plain', value: 1234.5, unit: '/s' },
    { name: 'good', value: 0.5, unit: '×', aim: { text: '≤ 1 ×', met: true }, floor: { text: '≤ 2 ×', met: true } },
    { name: 'bad', value: 1.5, unit: '×', aim: { text: '≤ 1 ×', met: false } },
    { name: 'worse', value: 3, unit: '×', aim: { text: '≤ 1 ×', met: false }, floor: { text: '≤ 2 ×', met: false } },
  ];
  expect(pageWith(EMPTY, { benchmarks: { some: resultOf(lines) } })).toContain(`
| | value | aim |
|---|---:|---:|
| plain | 1,235 /s |  |
| good | 0.500 × | ≤ 1 ×, met |
| bad | 1.50 × | ≤ 1 ×, **missed** |
| worse | 3.00 × | ≤ 1 ×, **missed**; floor ≤ 2 ×, **broken** |
`);
});

test('rows with the same columns stand in one table', () => {
  const cell = (row: string, column: string, value: number): Line => ({
    name: `${row}, ${column}`,
    value,
    unit: 'ms',
    cell: { row, column },
  });
  const lines = [
    cell('ours', 'median', 1),
    cell('ours', 'p99', 2),
    cell('theirs', 'median', 3),
    cell('theirs', 'p99', 4),
    cell('wrk', 'median', 5),
  ];
  expect(pageWith(EMPTY, { benchmarks: { some: resultOf(lines) } })).toContain(`
| | median | p99 |
|---|---:|---:|
| ours | 1.00 ms | 2.00 ms |
| theirs | 3.00 ms | 4.00 ms |

| | median |
|---|---:|
| wrk | 5.00 ms |
`);
});

test('a benchmark says on which commit, Node and machine it ran, how loud that was, and what was not run', () => {
  const shown = pageWith(EMPTY, { benchmarks: { some: resultOf([], ['puts of etcd. It is missing']) } });
  expect(shown).toContain(
    'Commit `727c6a2000`, 2026-11-30, Node v20.19.0, 2 × a model (linux x64), load average 0.5 to 1.3; other programs took 3 % of the processors.',
  );
  expect(shown).toContain('Not run: puts of etcd. It is missing.');
});

test('what is around the results stays, and a page without their markers is refused', () => {
  const shown = pageWith(EMPTY, { benchmarks: {} });
  expect(shown.startsWith('Words.\n')).toBe(true);
  expect(shown.endsWith('\nMore words.\n')).toBe(true);
  expect(shown).not.toContain('old');
  expect(shown).toContain('None are saved yet.');
  expect(() => pageWith('Words.', { benchmarks: {} })).toThrow('has no line');
});

test('a newer run replaces the older one of the same benchmark only', () => {
  const [older, newer] = [resultOf([], ['older']), resultOf([], ['newer'])];
  expect(merged({ benchmarks: { one: older, two: older } }, { two: newer, another: newer })).toEqual({
    benchmarks: { another: newer, one: older, two: newer },
  });
});
