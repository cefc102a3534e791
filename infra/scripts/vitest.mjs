// Runs vitest and counts its results. Used by `npm test` and by .ci/run.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tools } from './paths.mjs';
import { runNode } from './processes.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * Runs the specs that the arguments name (all without any), vitest's own lines on the terminal.
 * @param {string[]} args
 * @returns {Promise<Counts & { exitCode: number }>}
 */
export async function runVitest(args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'confledger-vitest-'));
  const report = path.join(folder, 'report.json');
  try {
    const { exitCode } = await runNode(tools.vitest, ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args], { inherit: true });
    return { exitCode, ...countResults(readReport(report), exitCode) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // vitest ended before it could write one; the exit code says so
  }
}

/**
 * @param {any} report vitest's JSON report
 * @param {number} exitCode
 * @returns {Counts}
 */
function countResults(report, exitCode) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  // A file that could not even be loaded has no assertions: it counts as one failure.
  const brokenFiles = report.testResults.filter((/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  const failed = report.numFailedTests + brokenFiles;
  return {
    passed: report.numPassedTests,
    // An error outside any test makes vitest fail without a failed test.
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
