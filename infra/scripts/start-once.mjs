// One `npm start` in a copy of the repository, on a given Node: ready, one PUT, one GET, stop.
import { spawn } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

const POLL_INTERVAL_MS = 50;
const STOP_MS_MAX = 30_000;
const PATH_OF_VALUE = '/api/v1/configurations/trading-engine/node';

/**
 * Answers whether everything held; what was printed, and what did not hold, is in `output`.
 * @param {{ node: string, copy: string, data: string, signal: AbortSignal }} options data: a data directory that is not there yet
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export async function startOnce({ node, copy, data, signal }) {
  const started = launch(node, copy, data);
  try {
    const url = await started.ready(signal);
    const { pid } = JSON.parse(readFileSync(path.join(data, 'lock'), 'utf8'));
    const problems = [...programProblems(pid, node), ...(await valueProblems(url, data, signal))];
    process.kill(pid, 'SIGINT');
    const code = await Promise.race([started.ended, after(STOP_MS_MAX, 'nothing', { ref: false })]);
    if (code !== 0) problems.push(`npm start was to end with 0 after SIGINT, but ended with ${code}.`);
    return { ok: problems.length === 0, output: [started.output(), ...problems].join('\n') };
  } catch (error) {
    return { ok: false, output: `${started.output()}\n${error instanceof Error ? error.message : String(error)}` };
  } finally {
    started.kill();
    endPostgres(data);
  }
}

/**
 * A start that failed may leave its Postgres, which is in a process group of its own. One that stopped has removed the file.
 * @param {string} data
 */
function endPostgres(data) {
  try {
    process.kill(Number(readFileSync(path.join(data, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGQUIT');
  } catch {
    // There is none.
  }
}

/** @param {string} node @param {string} copy @param {string} data */
function launch(node, copy, data) {
  // What an outer npm says of itself is not for this one.
  const outer = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE$|^INIT_CWD$/.test(name));
  const env = { ...Object.fromEntries(outer), PATH: `${path.dirname(node)}:${process.env.PATH}`, PORT: '0', CONFLEDGER_DATA_DIR: data };
  const child = spawn('npm', ['start'], { cwd: copy, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (/** @type {Buffer} */ chunk) => (text += chunk.toString('utf8')));
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', resolve);
  });
  return {
    ended,
    output: () => text,
    /** @param {AbortSignal} signal @returns {Promise<string>} */
    async ready(signal) {
      for (let over = false; !over; over = signal.aborted || child.exitCode !== null) {
        const url = / is ready at (\S+)/.exec(text)?.[1];
        if (url !== undefined) return url;
        await after(POLL_INTERVAL_MS);
      }
      throw new Error('npm start was not ready in time.');
    },
    /** Ends what is still there of its process group. */
    kill() {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Nothing is.
      }
    },
  };
}

/**
 * A service that runs on another Node than the one that is tested proves nothing.
 * @param {number} pid
 * @param {string} node
 */
function programProblems(pid, node) {
  const program = readlinkSync(`/proc/${pid}/exe`);
  return program === node ? [] : [`npm start was to run ${node}, but runs ${program}.`];
}

/** @param {string} url @param {string} data @param {AbortSignal} signal */
async function valueProblems(url, data, signal) {
  const token = readFileSync(path.join(data, 'admin.token'), 'utf8').trim();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const value = JSON.stringify([{ 'a name with "quotes" and \\': 1 }]);
  const put = await fetch(`${url}${PATH_OF_VALUE}`, { method: 'PUT', headers, signal, body: `{"value":${value}}` });
  const got = await fetch(`${url}${PATH_OF_VALUE}`, { headers, signal });
  const [said, answered] = [await put.text(), await got.text()];
  return put.status === 200 && got.status === 200 && answered.includes(value)
    ? []
    : [`PUT ${put.status}: ${said}`, `GET ${got.status}: ${answered}`];
}
