// Saves the results of the benchmarks that are named, and writes them into the page. By hand: `npm run bench -- --save [name…]`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Result } from './report.js';
import { PAGE_FILE, readSaved, SAVED_FILE } from './results-files.js';
import { merged, pageWith } from './results-page.js';

const newer: Record<string, Result> = {};
for (const name of process.argv.slice(2)) {
  const file = path.join(path.dirname(SAVED_FILE), `${name}.json`);
  if (existsSync(file)) newer[name] = JSON.parse(readFileSync(file, 'utf8')) as Result;
}
const saved = merged(readSaved(), newer);
writeFileSync(SAVED_FILE, `${JSON.stringify(saved, null, 2)}\n`);
writeFileSync(PAGE_FILE, pageWith(readFileSync(PAGE_FILE, 'utf8'), saved));
console.log(`\nSaved in ${SAVED_FILE} and shown in ${PAGE_FILE}: ${Object.keys(newer).join(', ') || 'nothing'}.`);
