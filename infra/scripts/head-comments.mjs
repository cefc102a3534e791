// Holds the comment at the head of each source: what the file is for, and not what uses it. A list of users is wrong after the next change;
// the editor finds them. By hand: `node infra/scripts/head-comments.mjs [folder]`.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './paths.mjs';
import { showStep } from './progress.mjs';

const FOLDERS = ['packages', 'services', 'test', 'infra'];
const NAMES_USERS = /\b(?:used (?:by|for|from|in|only|when|where|wherever)|called by)\b/i;

/** Every source, specs included, names no users; every other one has a head. */
export function checkHeadComments() {
  return showStep('Checking the head comments', async () => headProblems(root), { always: true });
}

/** @param {string} folder the repository's root, or what looks like it */
function headProblems(folder) {
  const problems = sourcesIn(folder).flatMap((file) => {
    const problem = headProblem(file, readFileSync(path.join(folder, file), 'utf8'));
    return problem === null ? [] : [`${file}: ${problem}`];
  });
  return { ok: problems.length === 0, output: problems.join('\n') };
}

/** @param {string} file @param {string} text */
function headProblem(file, text) {
  const lines = text.split('\n').filter((line) => !/^(?:#!|\/\/\/)/.test(line));
  const end = lines.findIndex((line) => !line.startsWith('//'));
  if (end === 0) return file.endsWith('.spec.ts') ? null : 'it opens with no comment. Say in one to three lines what the file is for.';
  const found = NAMES_USERS.exec(lines.slice(0, end).join(' ').replaceAll(' //', ''));
  return found === null ? null : `its head says '${found[0]}'. Say what the file is for, and leave its users out.`;
}

/** @param {string} folder @returns {string[]} relative to it */
function sourcesIn(folder) {
  return FOLDERS.flatMap((name) => filesBelow(folder, name)).filter((file) => /\.(?:ts|mjs)$/.test(file) && !file.endsWith('.d.ts'));
}

/** @param {string} folder @param {string} inside @returns {string[]} */
function filesBelow(folder, inside) {
  return readdirSync(path.join(folder, inside), { withFileTypes: true }).flatMap((entry) => {
    const at = `${inside}/${entry.name}`;
    if (!entry.isDirectory()) return entry.isFile() ? [at] : [];
    return ['node_modules', 'dist', 'results'].includes(entry.name) ? [] : filesBelow(folder, at);
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { ok, output } = headProblems(path.resolve(process.argv[2] ?? root));
  if (!ok) console.error(output);
  process.exitCode = ok ? 0 : 1;
}
