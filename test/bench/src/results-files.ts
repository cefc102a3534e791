// Where results are saved, and the page that shows them.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SavedResults } from './results-page.js';

export const SAVED_FILE = fileURLToPath(new URL('../results/saved.json', import.meta.url));
export const PAGE_FILE = fileURLToPath(new URL('../../../packages/docs/benchmarks.md', import.meta.url));

/** What was saved so far. */
export function readSaved(): SavedResults {
  return existsSync(SAVED_FILE) ? (JSON.parse(readFileSync(SAVED_FILE, 'utf8')) as SavedResults) : { benchmarks: {} };
}
