// Starts the projector as a child: with room for short-lived objects, its own environment, and its lines in a log file that is rotated here.
import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LogFile } from '../log-file.js';

/** As `npm start` runs the api, with half of its young generation: the sum of both processes counts. */
const NODE_FLAGS = ['--max-semi-space-size=32', '--heap-growing-percent=40'];

export interface LaunchOptions {
  /** The file to run. */
  readonly program: string;
  /** Connection string of the projector's role. Holds a password: it goes by the environment, never by the command line. */
  readonly postgresUrl: string;
  /** Receives every line that the child prints. */
  readonly log: LogFile;
}

export interface Launched {
  readonly child: ChildProcess;
  /** Why it could not start: the line of its error output that names an error, or the last one. Empty when there was none. */
  readonly lastWords: () => string;
}

export function launch({ program, postgresUrl, log }: LaunchOptions): Launched {
  const child = fork(program, [], {
    execArgv: NODE_FLAGS,
    env: { ...ownEnvironment(), CONFLEDGER_POSTGRES_URL: postgresUrl },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let last = '';
  for (const output of [child.stdout, child.stderr]) {
    if (output === null) continue;
    createInterface({ input: output }).on('line', (line) => {
      log.write(`${line}\n`);
      const text = line.trim();
      // Behind an error that ends a process Node prints its stack, and its own version at the end.
      if (output === child.stderr && text !== '' && (ERROR.test(text) || !ERROR.test(last))) last = text;
    });
  }
  return { child, lastWords: () => last };
}

const ERROR = /^(?:Uncaught )?[A-Za-z]*Error\b/;

/** Without our variables, which are settings of the standalone and of the shell's other installations. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:CONFLEDGER_.*|HOST|PORT|NODE_CHANNEL_.*)$/.test(name));
  return Object.fromEntries(kept);
}
