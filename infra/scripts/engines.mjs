// The suites that need distributed engines (EventStoreDB, Kafka). By hand: `npm run test:engines`. A suite is an entry of `suites`: what it
// needs, and the vitest arguments that run it.
import { build } from './build.mjs';
import { install } from './install.mjs';
import { run } from './processes.mjs';
import { runVitest } from './vitest.mjs';

/**
 * `missing` answers why a suite cannot run here, null when it can.
 * @type {{ title: string, missing: () => Promise<string | null>, args: string[] }[]}
 */
const suites = [
  {
    title: 'Kafka: feed, publisher and relay against a real broker',
    missing: missingForKafka,
    args: ['--config', 'infra/vitest.engines.config.ts'],
  },
];

/**
 * @param {string[]} args passed through to vitest
 * @returns {Promise<import('./vitest.mjs').Counts & { exitCode: number }>}
 */
export async function testEngines(args) {
  const total = { exitCode: 0, passed: 0, failed: 0, skipped: 0 };
  if (!(await install()) || !(await build())) return { ...total, exitCode: 1, failed: 1 };
  for (const suite of suites) {
    const missing = await suite.missing();
    if (missing !== null) {
      console.log(`NOT RUN: ${suite.title}: ${missing}`);
      total.skipped += 1;
      continue;
    }
    console.log(suite.title);
    const result = await runVitest([...suite.args, ...args]);
    total.exitCode = Math.max(total.exitCode, result.exitCode);
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
  }
  return total;
}

/** Kafka is a Java program that Maven fetches, unless there is one already. */
async function missingForKafka() {
  if (process.env.CONFLEDGER_TEST_KAFKA_BROKERS) return null;
  const found = await Promise.all([run('java', ['-version']), run('mvn', ['-v'])]);
  const missing = ['java', 'mvn'].filter((_, index) => found[index]?.exitCode !== 0);
  if (missing.length === 0) return null;
  return `${missing.join(' and ')} cannot be run. Install Java 17 and Maven, or name brokers in CONFLEDGER_TEST_KAFKA_BROKERS.`;
}
