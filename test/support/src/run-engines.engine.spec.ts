// `npm run engines` as a process: what it prints works, and nothing is left after Ctrl-C.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventually } from './index.js';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

test('It prints where Kafka and Postgres are, and ends both on SIGINT', async () => {
  const child = spawn(process.execPath, [here('../../../node_modules/tsx/dist/cli.mjs'), here('run-engines.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let said = '';
  const accepting = (): Promise<boolean[]> =>
    Promise.all(
      [...said.matchAll(/^export CONFLEDGER_(?:POSTGRES_URL|KAFKA_BROKERS)='.*:(\d+)/gm)].map(([, port]) => accepts(Number(port))),
    );
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  try {
    await eventually(() => child.exitCode !== null || said.includes('until Ctrl-C'), { timeoutMs: 60_000 });
    expect(await accepting()).toEqual([true, true]);
  } finally {
    child.kill('SIGINT');
  }
  expect(await ended).toBe(0);
  expect(await accepting()).toEqual([false, false]);
});
