// A service as it is shipped: its built main.js in a process of its own, configured by environment variables, logging to a file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@confledger/test-support';
import { FLAGS } from './children.js';

const START_TIMEOUT_MS = 60_000;
/** A benchmark that is profiled has its services profiled. */
const PROFILING = process.execArgv.filter((flag) => flag.startsWith('--cpu-prof'));

export interface ServiceProcess {
  /** Where it serves, or its health. */
  readonly url: string;
  /** What it has logged until now, a JSON object per line. */
  logged(): LogLine[];
  stop(): Promise<void>;
}

export interface LogLine {
  readonly time: string;
  readonly msg: string;
  readonly url?: string;
}

/** Resolves when it listens. `directory` gets its log. */
export async function startService(
  name: 'api' | 'relay',
  directory: string,
  settings: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const main = fileURLToPath(new URL(`../../../services/${name}/dist/main.js`, import.meta.url));
  const file = path.join(directory, `${name}.log`);
  const log = openSync(file, 'w');
  const env = { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', ...settings };
  const child = spawn(process.execPath, [...FLAGS, ...PROFILING, main], { env, stdio: ['ignore', log, 'inherit'] });
  closeSync(log);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const logged = (): LogLine[] => {
    // The last is empty, or still being written.
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as LogLine] : []));
  };
  const url = await eventually(
    () => {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
      return logged().find((line) => line.url !== undefined)?.url;
    },
    { timeoutMs: START_TIMEOUT_MS },
  );
  return {
    url,
    logged,
    async stop() {
      process.off('exit', kill);
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
