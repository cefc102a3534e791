// The suites that need distributed engines (EventStoreDB, Kafka). Used by `npm run test:engines` and .ci/run.
// A suite is an entry of `suites`: what it needs, and the vitest arguments that run it.
import { build } from './build.mjs';
import { install } from './install.mjs';
import { runVitest } from './vitest.mjs';

/** @type {{ title: string, args: string[] }[]} */
const suites = [];

/**
 * @param {string[]} args passed through to vitest
 * @returns {Promise<import('./vitest.mjs').Counts & { exitCode: number }>}
 */
export async function testEngines(args) {
  const total = { exitCode: 0, passed: 0, failed: 0, skipped: 0 };
  if (suites.length === 0) {
    console.log('There are no suites against real distributed engines (EventStoreDB, Kafka) yet. Nothing was run.');
    return total;
  }
  if (!(await install()) || !(await build())) return { ...total, exitCode: 1, failed: 1 };
  for (const suite of suites) {
    console.log(suite.title);
    const result = await runVitest([...suite.args, ...args]);
    total.exitCode = Math.max(total.exitCode, result.exitCode);
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
  }
  return total;
}
