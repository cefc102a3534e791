// The standalone as `npm start` runs it: the built program with the same flags, on a data directory of its own that goes with it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@confledger/test-support';
import { temporaryDirectory } from './temporary-directory.js';

const START_TIMEOUT_MS = 120_000;
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface BenchStandalone {
  readonly url: string;
  /** Of its administrator. */
  readonly token: string;
  /** What its nodes verify activations with. */
  readonly publicKey: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the one of this checkout, or of another one that is built; resolves when it says that it is ready. */
export async function startStandalone(checkout = ROOT): Promise<BenchStandalone> {
  const directory = path.join(temporaryDirectory(), 'data');
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...flagsOfStart(checkout), path.join(checkout, 'services/standalone/dist/main.js')], {
    env: { PATH, HOME, PORT: '0', CONFLEDGER_DATA_DIR: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): void => void child.kill('SIGTERM'); // it stops its Postgres
  process.once('exit', kill);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const ready = await eventually(() => (child.exitCode === null ? / is ready at (\S+)/.exec(output) : 'ended'), {
    timeoutMs: START_TIMEOUT_MS,
  });
  if (ready === 'ended') throw new Error(`The standalone ended before it was ready:\n${output}`);
  const url = ready[1] ?? '';
  const token = readFileSync(path.join(directory, 'admin.token'), 'utf8').trim();
  return {
    url,
    token,
    publicKey: await publicKeyOf(url, token),
    pid: child.pid ?? 0,
    async stop() {
      process.off('exit', kill);
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Of Node, in the script `start` of the root's package.json. */
function flagsOfStart(checkout: string): string[] {
  const { scripts } = JSON.parse(readFileSync(path.join(checkout, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

async function publicKeyOf(url: string, token: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } });
  const { data } = (await answer.json()) as { readonly data: { readonly publicKey: { readonly publicKey: string } } };
  return data.publicKey.publicKey;
}
