// Runs the benchmarks against what was built, each in a process of its own. By hand: `npm run bench -- [--save] [name…]`.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root, tools } from './paths.mjs';
import { runNode } from './processes.mjs';

const folder = path.join(root, 'test/bench/src');
const results = path.join(root, 'test/bench/results');

/**
 * A benchmark writes its JSON to the file that CONFLEDGER_BENCH_RESULT names, and prints its table for people.
 * @param {string[]} args parts of file names; all benchmarks without any. With `--save` what they find is kept in the repository and shown in the docs.
 */
export async function bench(args) {
  const isSaved = args.includes('--save');
  const parts = args.filter((arg) => arg !== '--save');
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.bench.ts'))
        .sort()
    : [];
  const names = files.map((file) => file.replace('.bench.ts', ''));
  const chosen = names.filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)));
  if (chosen.length === 0) {
    console.error(`No benchmark matches. There are: ${names.join(', ') || 'none'}.`);
    return 1;
  }
  mkdirSync(results, { recursive: true });
  let worst = 0;
  for (const name of chosen) worst = Math.max(worst, await runOne(name));
  if (isSaved) worst = Math.max(worst, await save(chosen));
  return worst;
}

/** Leaves no result where the benchmark fails. @param {string} name */
async function runOne(name) {
  console.log(`\n${name}`);
  const result = path.join(results, `${name}.json`);
  rmSync(result, { force: true });
  const { exitCode } = await runNode(tools.tsx, [path.join(folder, `${name}.bench.ts`)], {
    inherit: true,
    env: { CONFLEDGER_BENCH_RESULT: result },
  });
  if (exitCode !== 0) rmSync(result, { force: true });
  return exitCode;
}

/** @param {string[]} names */
async function save(names) {
  const { exitCode } = await runNode(tools.tsx, [path.join(folder, 'save-results.ts'), ...names], { inherit: true });
  return exitCode;
}
