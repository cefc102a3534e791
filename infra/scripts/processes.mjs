// Starting tools as child processes, without a shell.
import { spawn } from 'node:child_process';
import { root } from './paths.mjs';

/**
 * `inherit`: print straight to the terminal instead. `node`: the Node that runs a script, else the one that runs this. `cwd`: else the root.
 * `signal`: ends the program by SIGKILL when it aborts.
 * @typedef {{ env?: NodeJS.ProcessEnv, inherit?: boolean, node?: string, cwd?: string, signal?: AbortSignal | undefined }} RunOptions
 */

/**
 * Runs a program, gathers what it prints and answers how it ended. Never rejects: a program that cannot start has exit code 127.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ exitCode: number, output: string }>}
 */
export function run(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      signal: options.signal,
      killSignal: 'SIGKILL',
      env: { ...process.env, ...options.env },
      stdio: options.inherit === true ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const gather = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString('utf8');
    };
    child.stdout?.on('data', gather);
    child.stderr?.on('data', gather);
    child.once('error', (error) => resolve({ exitCode: 127, output: `${program}: ${error.message}` }));
    child.once('close', (code) => resolve({ exitCode: code ?? 1, output }));
    // The terminal sends Ctrl-C to the child as well; this process waits for it and reports how it ended.
    if (options.inherit === true) passSignals(child);
  });
}

/** @param {import('node:child_process').ChildProcess} child */
function passSignals(child) {
  const stay = () => undefined;
  const pass = () => child.kill('SIGTERM');
  process.on('SIGINT', stay);
  process.on('SIGTERM', pass);
  child.once('close', () => {
    process.off('SIGINT', stay);
    process.off('SIGTERM', pass);
  });
}

/**
 * @param {string} script a JavaScript file
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export function runNode(script, args, options) {
  return run(options?.node ?? process.execPath, [script, ...args], options);
}
