// What the command line costs from its start to its end, as a process: help, and one value of a warm local server, beside an empty script.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@confledger/client';
import { quietMoment } from './process-tree.js';
import { Report, median } from './report.js';
import { startStandalone } from './standalone.js';

const RUNS = 20;
const WARM_UP = 3;
const GET_MS_MAX = 150;
const HELP_MS_MAX = 100;
const PROGRAM = fileURLToPath(new URL('../../../packages/cli/bin/confledger.mjs', import.meta.url));

const report = new Report();
const standalone = await startStandalone();
const client = createClient({ url: standalone.url, token: standalone.token });
await client.createConfiguration({
  service: 'engine',
  query: { environment: 'staging' },
  body: { configuration: { risk: { max: 1000 } } },
});
const folder = mkdtempSync(path.join(tmpdir(), 'confledger-bench-'));
const empty = path.join(folder, 'empty.mjs');
writeFileSync(empty, '');
const env = { PATH: process.env['PATH'] ?? '', HOME: folder, CONFLEDGER_URL: standalone.url, CONFLEDGER_TOKEN: standalone.token };

/** Milliseconds of one run, which must print this. */
function run(script: string, args: readonly string[], printed: RegExp): number {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { env, encoding: 'utf8' });
  const took = performance.now() - begin;
  if (status !== 0 || !printed.test(stdout)) throw new Error(`${args.join(' ')} ended with ${status ?? 'a signal'}: ${stdout}${stderr}`);
  return took;
}

const parties = {
  empty: () => run(empty, [], /^$/),
  help: () => run(PROGRAM, ['--help'], /confledger \[noun\] verb/),
  get: () => run(PROGRAM, ['get', 'risk.max', '-e', 'staging', '-s', 'engine'], /^1000\n$/),
};
const times: Record<keyof typeof parties, number[]> = { empty: [], help: [], get: [] };
await quietMoment();
// In turn, so that a loud moment of the machine meets all of them.
for (let turn = -WARM_UP; turn < RUNS; turn += 1)
  for (const name of ['empty', 'help', 'get'] as const) {
    const took = parties[name]();
    if (turn >= 0) times[name].push(took);
  }
report.add('an empty script', median(times.empty), 'ms');
report.atMost('confledger --help', median(times.help), 'ms', HELP_MS_MAX);
report.atMost('confledger get', median(times.get), 'ms', GET_MS_MAX);
report.add('confledger get / an empty script', median(times.get) / median(times.empty), '×');
report.save();
rmSync(folder, { recursive: true });
await standalone.stop();
