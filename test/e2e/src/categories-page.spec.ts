// The page of built-in categories is what the schemas say. `CONFLEDGER_UPDATE_DUMPS=true` writes it.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { categoriesOf } from '@confledger/categories';
import { expect, test } from 'vitest';
import { SETTER_SAMPLES } from './categories-page-samples.js';
import { pageWith } from './categories-page.js';

const FILE = fileURLToPath(new URL('../../../packages/docs/categories.md', import.meta.url));
/** The edition that the page shows. */
const EDITION = 1;
const categories = categoriesOf(EDITION) ?? [];

test('the page of categories shows what the schemas say (CONFLEDGER_UPDATE_DUMPS=true writes it)', () => {
  const page = readFileSync(FILE, 'utf8');
  const made = pageWith(page, categories, SETTER_SAMPLES);
  if (process.env['CONFLEDGER_UPDATE_DUMPS'] === 'true') writeFileSync(FILE, made);
  expect(page).toBe(made);
});

test('the page shows the newest edition that there is', () => {
  expect(categoriesOf(EDITION + 1)).toBeUndefined();
});

test('a page without markers is refused', () => {
  expect(() => pageWith('# Categories\n', categories, SETTER_SAMPLES)).toThrow('<!-- categories:');
});

const rowsOf = (title: string): string[] => {
  const [, section = ''] = pageWith(readFileSync(FILE, 'utf8'), categories, SETTER_SAMPLES).split(`\n## ${title}\n`);
  return (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
};

test('a row has type, unit, bounds, default, whether it is required, and the meaning', () => {
  expect(rowsOf('Circuit breaker')[0]).toBe(
    '| `latencyThresholdMs` | integer | ms | 50 to 1,000 | 200 | yes | A request that takes longer counts as failed. |',
  );
  expect(rowsOf('Risk limit')[0]).toMatch(/^\| `risk\.limits\.\*` \| number \| quote currency \| ≥ 0 \| {2}\| {2}\| An amount/);
});

test('a bound that another member gives is named, and so is what requires a member', () => {
  expect(rowsOf('MEV protection')[1]).toContain('| 1,000 to 1,000,000, ≥ `minPriorityFee` |');
  expect(rowsOf('Profile').find((row) => row.startsWith('| `conditions.zone`'))).toContain('| with `from`, `to`, `weekdays` |');
});

test('members inside of members have rows', () => {
  const names = [...rowsOf('Flag'), ...rowsOf('Monitoring')].map((row) => row.split('`')[1]);
  expect(names).toEqual(expect.arrayContaining(['variants[].value', 'rules[].when[].values[]', 'rules[].serve[].weight', 'logLevels.*']));
});
