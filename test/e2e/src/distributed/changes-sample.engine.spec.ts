// The consumer that the page of changes shows, run as it stands but for address and topic, on what a relay publishes.
import { eventually, sharedKafka, type SharedKafka } from '@confledger/test-support';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agrees, readPage, samplesOf, sourceFileOf, typeProblems } from '../samples.js';
import { Installation } from './installation.js';

const PAGE = 'packages/docs/changes.md';
/** Loaded into the process itself: a wrapper would leave it behind. */
const TSX = new URL('../../../../node_modules/tsx/dist/loader.mjs', import.meta.url).href;
// In this package, so that the sample imports what its package.json names.
const sourceFolder = fileURLToPath(new URL('../../.cache/changes-sample/', import.meta.url));

let kafka: SharedKafka;
let installation: Installation;
let consumer: ChildProcess | undefined;

beforeAll(async () => {
  kafka = await sharedKafka();
  installation = await Installation.start({ kafka, store: 'postgres', projectors: 0 });
}, 300_000);
afterAll(async () => {
  if (consumer !== undefined && consumer.exitCode === null) {
    consumer.kill('SIGKILL');
    await once(consumer, 'exit');
  }
  await installation.close();
  rmSync(sourceFolder, { recursive: true, force: true });
});

test('the consumer that the page shows compiles, and prints what the page shows', { timeout: 180_000 }, async () => {
  const [sample, ...others] = samplesOf(readPage(PAGE), 'kafka');
  expect(others).toEqual([]);
  const configuration = { risk: { parameters: { maxPositionSize: 1_000, dailyLossLimit: 500 } } };
  const { status } = await installation.caller().call('PUT', '/configurations/trading-engine', { configuration, activate: true });
  expect(status).toBeLessThan(300);

  let code = sample?.code ?? '';
  for (const [theirs, our] of [
    ["'127.0.0.1:9092'", `'${kafka.brokers.join("', '")}'`],
    ["'confledger.changes'", `'${installation.changesTopic}'`],
  ] as const) {
    expect(code).toContain(theirs);
    code = code.replaceAll(theirs, our);
  }
  const file = sourceFileOf(PAGE, 0, { sourceFolder });
  mkdirSync(sourceFolder, { recursive: true });
  writeFileSync(file, `${code}\nexport {};\n`);
  expect(typeProblems(PAGE, [0], { sourceFolder })).toBe('');

  let printed = '';
  consumer = spawn(process.execPath, ['--import', TSX, file], { stdio: ['ignore', 'pipe', 'ignore'] });
  consumer.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  // Among what kafkajs has to say.
  await eventually(() => printed.split('\n').some((line) => agrees(line, sample?.expected ?? 'nothing')), { timeoutMs: 60_000 });
});
