// The folder in which vitest keeps its translations of the sources from one run to the next.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';

const CACHE = 'node_modules/.cache/confledger-transforms';
const SOURCES = ['packages', 'services', 'test'];
/** A folder that no run has taken for so long is removed; one of another branch may be taken again before. */
const KEPT_MS = 2 * 24 * 60 * 60 * 1_000;

/**
 * Vitest knows a translation by the text of its file, but it also holds where imports lead: what decides that, the names of all files and
 * each package.json, is in the name of the folder.
 * @param {string} where the root of the repository
 */
export function transformCache(where = root) {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((folder) => filesBelow(where, folder))) {
    hash.update(`${file}\0`);
    if (path.basename(file) === 'package.json') hash.update(readFileSync(path.join(where, file)));
  }
  const cache = path.join(where, CACHE);
  const folder = path.join(cache, hash.digest('hex').slice(0, 32));
  const now = new Date();
  mkdirSync(folder, { recursive: true });
  utimesSync(folder, now, now);
  removeOld(cache, now.getTime());
  return folder;
}

/** @param {string} where @param {string} folder @returns {string[]} relative to the root, in order */
function filesBelow(where, folder) {
  const entries = readdirSync(path.join(where, folder), { withFileTypes: true }).toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return entries.flatMap((entry) => {
    if (['node_modules', 'dist', '.cache'].includes(entry.name)) return [];
    const inside = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(where, inside) : [inside];
  });
}

/** @param {string} cache @param {number} nowMs */
function removeOld(cache, nowMs) {
  for (const name of readdirSync(cache)) {
    const folder = path.join(cache, name);
    if (nowMs - statSync(folder).mtimeMs > KEPT_MS) rmSync(folder, { recursive: true, force: true });
  }
}
