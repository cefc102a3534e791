// Runs the benchmarks against what was built, each in a process of its own. By hand: `npm run bench [name…]`.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root, tools } from './paths.mjs';
import { runNode } from './processes.mjs';

const folder = path.join(root, 'test/bench/src');
const results = path.join(root, 'test/bench/results');

/**
 * A benchmark writes its JSON to the file that CONFLEDGER_BENCH_RESULT names, and prints its table for people.
 * @param {string[]} names parts of file names; all benchmarks without any
 */
export async function bench(names) {
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.bench.ts'))
        .sort()
    : [];
  const chosen = files.filter((file) => names.length === 0 || names.some((name) => file.includes(name)));
  if (chosen.length === 0) {
    console.error(`No benchmark matches. There are: ${files.map((file) => file.replace('.bench.ts', '')).join(', ') || 'none'}.`);
    return 1;
  }
  mkdirSync(results, { recursive: true });
  let worst = 0;
  for (const file of chosen) {
    const name = file.replace('.bench.ts', '');
    console.log(`\n${name}`);
    const { exitCode } = await runNode(tools.tsx, [path.join(folder, file)], {
      inherit: true,
      env: { CONFLEDGER_BENCH_RESULT: path.join(results, `${name}.json`) },
    });
    worst = Math.max(worst, exitCode);
  }
  return worst;
}
