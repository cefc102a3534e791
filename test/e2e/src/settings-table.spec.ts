// The variables that the parts read are those that a misspelt one is compared with, and those that operations.md explains.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { KNOWN_VARIABLES } from '../../../packages/process/src/index.js';

const root = new URL('../../../', import.meta.url);
const read = (file: string): string => readFileSync(fileURLToPath(new URL(file, root)), 'utf8');
const known = KNOWN_VARIABLES.map((name) => `CONFLEDGER_${name}`).toSorted();

/** The names in a text, without what only begins one. */
function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(/\bCONFLEDGER_[A-Z_]*[A-Z]\b/g)].map(([name]) => name))].toSorted();
}

test('what the parts declare is known, and nothing else', () => {
  const services = readdirSync(fileURLToPath(new URL('services', root)));
  const ofServices = services.map((service) => `services/${service}/src/config.ts`);
  const shared = ['storage', 'kafka'].map((name) => `packages/process/src/${name}.ts`);
  expect(variablesIn([...ofServices, ...shared].map(read).join('\n'))).toEqual(known);
});

test('what is known is in the tables of settings, and nothing else', () => {
  const page = read('packages/docs/operations.md');
  const [settings = ''] = page.slice(page.indexOf('## Settings')).split(/^## (?!Settings)/m);
  const rows = settings.split('\n').filter((line) => line.startsWith('| `'));
  expect(variablesIn(rows.map((row) => row.split(' | ')[0]).join('\n'))).toEqual(known);
});
