// A real standalone in a process of its own, from what was built, with a data directory of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@confledger/test-support';
import { type ApiCaller, apiCaller } from './api-caller.js';

/** What `npm start` runs. */
export const MAIN = fileURLToPath(new URL('../../../services/standalone/dist/main.js', import.meta.url));

const READY_TIMEOUT_MS = 60_000;
const END_TIMEOUT_MS = 20_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Everything that it printed, both outputs. */
  readonly output: string;
}

export interface Standalone extends ApiCaller {
  readonly pid: number;
  readonly url: string;
  readonly token: string;
  /** From the spawn to the words that it is ready. */
  readonly readyMs: number;
  /** Pid of its Postgres. */
  readonly postgresPid: number;
  /** What it has printed so far. */
  printed(): string;
  /** Sends a signal and resolves when the process has ended. */
  end(signal: NodeJS.Signals): Promise<Ended>;
}

/** Runs the program until it ends; for starts that are to be refused. */
export async function runToEnd(environment: Readonly<Record<string, string>>): Promise<Ended> {
  const { child, ended } = launch(environment);
  const late = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
  return ended.finally(() => clearTimeout(late));
}

/** Starts one, and presses Ctrl-C (which a terminal sends to the whole process group) as soon as it has printed something that matches. */
export async function interruptedStart(dataDirectory: string, moment: RegExp): Promise<Ended> {
  const { child, ended, output } = launch({ PORT: '0', CONFLEDGER_DATA_DIR: dataDirectory });
  await eventually(() => moment.test(output()), { timeoutMs: READY_TIMEOUT_MS });
  process.kill(-(child.pid ?? 0), 'SIGINT');
  return ended;
}

/** Starts one and resolves when it says that it is ready. Rejects with its output when it ends before. */
export async function startStandalone(dataDirectory: string, environment: Readonly<Record<string, string>> = {}): Promise<Standalone> {
  const startedAt = performance.now();
  const { child, ended, output } = launch({ PORT: '0', ...environment, CONFLEDGER_DATA_DIR: dataDirectory });
  const url = await eventually(
    () => {
      if (child.exitCode !== null) return 'ended';
      return / is ready at (\S+)/.exec(output())?.[1];
    },
    { timeoutMs: READY_TIMEOUT_MS },
  );
  if (url === 'ended') throw new Error(`The standalone ended before it was ready:\n${output()}`);
  const token = readFileSync(path.join(dataDirectory, 'admin.token'), 'utf8').trim();
  return {
    pid: child.pid ?? 0,
    url,
    token,
    readyMs: performance.now() - startedAt,
    postgresPid: Number(readFileSync(path.join(dataDirectory, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]),
    printed: output,
    ...apiCaller(url, token),
    end: async (signal) => {
      child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
      return ended.finally(() => clearTimeout(late));
    },
  };
}

export interface KeptStandalone {
  /** The one that runs, or a new one. */
  running(): Promise<Standalone>;
  /** Ends the one that runs, if any. */
  end(): Promise<void>;
}

/** One standalone on a data directory, kept from test to test: a start takes two seconds of processor time. A test may end or kill it. */
export function keptStandalone(dataDirectory: () => string): KeptStandalone {
  let kept: Standalone | undefined;
  return {
    running: async () => {
      if (kept === undefined || !isAlive(kept.pid)) kept = await startStandalone(dataDirectory());
      return kept;
    },
    end: async () => {
      if (kept !== undefined && isAlive(kept.pid)) await kept.end('SIGTERM');
      kept = undefined;
    },
  };
}

interface Launched {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly output: () => string;
}

function launch(environment: Readonly<Record<string, string>>): Launched {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [MAIN], { env: { PATH, HOME, ...environment }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const gather = (chunk: Buffer): void => void (text += chunk.toString('utf8'));
  child.stdout.on('data', gather);
  child.stderr.on('data', gather);
  const ended = new Promise<Ended>((resolve) => child.once('close', (code, signal) => resolve({ code, signal, output: text })));
  return { child, ended, output: () => text };
}

/** Whether a process of this pid runs; one that ended and was not yet collected does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true;
  }
}
