// The unit specs and one start on other releases of Node. By hand: `node infra/scripts/run.mjs test:nodes [name…]`.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { explain, npm } from './install.mjs';
import { root } from './paths.mjs';
import { run } from './processes.mjs';
import { showStep } from './progress.mjs';
import { startOnce } from './start-once.mjs';
import { runVitest } from './vitest.mjs';

/** All that one release may take. */
const RELEASE_MS_MAX = 4 * 60_000;

/** What a start leaves behind may still be closing its files. */
const REMOVALS_MAX = 20;
const REMOVAL_INTERVAL_MS = 100;

const UNIT_SPECS = ['--exclude', '**/*.int.spec.ts', '--exclude', '**/*.e2e.spec.ts'];
const SPECS_OF_NAMES = ['names.spec', 'names.int.spec', 'packages/document/src', 'packages/domain/src'];

/**
 * The exact versions are those of infra/nodes/package.json, under these names. The last releases whose JSON.parse misreads names
 * (packages/docs/adr/0011) are there so that a specification fails where a name is read by it: on the newest releases none would.
 * @type {readonly { name: string, specs: readonly string[], starts: boolean }[]}
 */
const RELEASES = [
  { name: 'node-22', specs: UNIT_SPECS, starts: true },
  { name: 'node-24', specs: UNIT_SPECS, starts: true },
  { name: 'node-26', specs: UNIT_SPECS, starts: true },
  { name: 'node-24-misreading', specs: SPECS_OF_NAMES, starts: false },
  { name: 'node-26-misreading', specs: SPECS_OF_NAMES, starts: false },
];

const LOCKED = path.join(root, 'infra/nodes');
/** Not beside its lock file, where it would be copied with the tree. */
const INSTALLED = path.join(root, '.cache/nodes');
const NOT_COPIED = new Set(['.git', '.cache', '.confledger', 'coverage']);

/**
 * One release after another; prints a line for each. A start counts as one test.
 * @param {string[]} names parts of the releases' names; all of them without any
 * @returns {Promise<import('./vitest.mjs').Counts & { exitCode: number }>}
 */
export async function testNodes(names) {
  const total = { exitCode: 0, passed: 0, failed: 0, skipped: 0 };
  const missing = missingHere();
  if (missing !== null) {
    console.log(`NOT RUN: other releases of Node: ${missing}`);
    return { ...total, skipped: 1 };
  }
  const chosen = RELEASES.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
  if (chosen.length === 0) console.error(`No release matches. There are: ${RELEASES.map(({ name }) => name).join(', ')}.`);
  if (chosen.length === 0 || !(await installNodes())) return { ...total, exitCode: 1, failed: 1 };
  for (const release of chosen) {
    const { passed, failed, skipped } = await testRelease(release).catch((/** @type {unknown} */ error) => faultOf(release.name, error));
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return { ...total, exitCode: total.failed === 0 ? 0 : 1 };
}

/** Why they cannot run here; null where they can. */
function missingHere() {
  if (process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)) return null;
  return `they are installed as programs for Linux on x64 and arm64, and this is ${process.platform} on ${process.arch}.`;
}

/** Answers whether they are there. They come as npm packages that hold the program itself, without an install script. */
async function installNodes() {
  const lock = readFileSync(path.join(LOCKED, 'package-lock.json'), 'utf8');
  const marker = path.join(INSTALLED, 'node_modules/.confledger-installed');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return true;
  return showStep('Installing other releases of Node', async () => {
    mkdirSync(INSTALLED, { recursive: true });
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(path.join(LOCKED, file), path.join(INSTALLED, file));
    const { exitCode, output } = await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: INSTALLED });
    if (exitCode === 0) writeFileSync(marker, lock);
    return { ok: exitCode === 0, output: explain(output) };
  });
}

/**
 * @param {typeof RELEASES[number]} release
 * @returns {Promise<import('./vitest.mjs').Counts>}
 */
async function testRelease({ name, specs, starts }) {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(RELEASE_MS_MAX);
  const node = path.join(INSTALLED, 'node_modules', `${name}-${process.arch}`, 'bin/node');
  const { output: version } = await run(node, ['--version']);
  const folder = mkdtempSync(path.join(tmpdir(), 'confledger-node-'));
  try {
    const copy = await copyTree(folder);
    const tests = await runVitest([...specs], { node, cwd: copy, signal });
    if (tests.exitCode !== 0) console.error(signal.aborted ? late(name) : tests.output.trimEnd());
    const start = starts ? await startOnce({ node, copy, data: path.join(folder, 'data'), signal }) : null;
    if (start?.ok === false) console.error(start.output);
    const counts = withStart(tests, start);
    console.log(`${lineOf(version.trim(), counts, start)} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`);
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: REMOVALS_MAX, retryDelay: REMOVAL_INTERVAL_MS });
  }
}

/**
 * What kept a release from being tested is a failure of that release, not of those behind it.
 * @param {string} name
 * @param {unknown} error
 */
function faultOf(name, error) {
  console.error(error);
  console.log(`${name}: 0 passed, 1 failed: it could not be tested`);
  return { passed: 0, failed: 1, skipped: 0 };
}

/**
 * The built tree, because a start on another release installs anew.
 * @param {string} folder
 */
async function copyTree(folder) {
  const copy = path.join(folder, 'tree');
  mkdirSync(copy);
  const entries = readdirSync(root).filter((entry) => !NOT_COPIED.has(entry));
  const { exitCode, output } = await run('cp', ['-a', ...entries.map((entry) => path.join(root, entry)), copy]);
  if (exitCode !== 0) throw new Error(`The tree could not be copied to ${copy}: ${output}`);
  return copy;
}

/**
 * @param {import('./vitest.mjs').Counts} tests
 * @param {{ ok: boolean } | null} start
 */
function withStart({ passed, failed, skipped }, start) {
  return { passed: passed + (start?.ok === true ? 1 : 0), failed: failed + (start?.ok === false ? 1 : 0), skipped };
}

/**
 * @param {string} version
 * @param {import('./vitest.mjs').Counts} counts
 * @param {{ ok: boolean } | null} start
 */
function lineOf(version, { passed, failed, skipped }, start) {
  const what = start === null ? 'specs of names' : `unit specs and ${start.ok ? 'a start' : 'a start that FAILED'}`;
  return `Node ${version}: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}: ${what}`;
}

/** @param {string} name */
function late(name) {
  return `The specs on ${name} did not end within ${RELEASE_MS_MAX / 1_000} s and were stopped.`;
}
