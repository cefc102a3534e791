// Runs vitest and counts its results.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root, tools } from './paths.mjs';
import { runNode } from './processes.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * Runs the specs that the arguments name (all without any), vitest's own lines on the terminal where nothing else is asked for.
 * @param {string[]} args
 * @param {import('./processes.mjs').RunOptions} [options] cwd: a copy of the repository
 * @returns {Promise<Counts & { exitCode: number, output: string }>}
 */
export async function runVitest(args, options = { inherit: true }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'confledger-vitest-'));
  const counts = path.join(folder, 'counts.json');
  try {
    const where = options.cwd ?? root;
    const ours = ['count-reporter', 'slowest-reporter'].map((name) => path.join(where, `infra/scripts/${name}.mjs`));
    const reporters = ['default', ...ours].map((reporter) => `--reporter=${reporter}`);
    const { exitCode, output } = await runNode(path.join(where, path.relative(root, tools.vitest)), ['run', ...reporters, ...args], {
      ...options,
      env: { ...options.env, CONFLEDGER_TEST_COUNTS: counts },
    });
    return { exitCode, output, ...readCounts(counts, exitCode) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @param {number} exitCode
 * @returns {Counts}
 */
function readCounts(file, exitCode) {
  // vitest may end before it has counted anything.
  const counted = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 0, skipped: 0 };
  // Whatever else makes vitest fail is a failure too.
  return { ...counted, failed: counted.failed === 0 && exitCode !== 0 ? 1 : counted.failed };
}
