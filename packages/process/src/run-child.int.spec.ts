// A child as its parent sees it: started, let go, and left behind by a parent that is killed.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@confledger/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LET_GO_MS_MAX } from './run-child.js';

const BUILT = JSON.stringify(fileURLToPath(new URL('../dist/run-child.js', import.meta.url)));

let folder: string;
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'confledger-child-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function script(name: string, text: string): string {
  const file = path.join(folder, `${name}.mjs`);
  writeFileSync(file, text);
  return file;
}

/** A child that says what it does; `close` is given as text. */
function child(name: string, close: string): string {
  return script(
    name,
    `import { runChild } from ${BUILT};
     setInterval(() => {}, 60_000);
     runChild({ start: async () => { process.send?.('started'); return async () => { ${close} }; } });`,
  );
}

/** Resolves when it says that it has started. */
async function started(file: string): Promise<{ readonly child: ChildProcess; readonly ended: Promise<unknown[]> }> {
  const child = fork(file, [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const ended = once(child, 'exit');
  await once(child, 'message');
  return { child, ended };
}

test('a child that its parent lets go ends in good order with exit code 0', async () => {
  const closed = path.join(folder, 'closed');
  const { child: running, ended } = await started(
    child('closes', `const { writeFileSync } = await import('node:fs'); writeFileSync(${JSON.stringify(closed)}, 'in good order');`),
  );
  running.disconnect();
  expect(await ended).toEqual([0, null]);
  expect(readFileSync(closed, 'utf8')).toBe('in good order');
});

test('signals to the whole process group do not end a child', async () => {
  const { child: running, ended } = await started(child('signalled', ''));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) running.kill(signal);
  running.disconnect();
  expect(await ended).toEqual([0, null]);
});

test('a child that does not close in time ends all the same, with exit code 1', { timeout: LET_GO_MS_MAX + 20_000 }, async () => {
  const { child: running, ended } = await started(child('hangs', 'await new Promise(() => undefined);'));
  running.disconnect();
  expect(await ended).toEqual([1, null]);
});

test('a child whose parent is killed ends', async () => {
  const pidFile = path.join(folder, 'pid');
  const file = child('orphan', '');
  const parent = script(
    'parent',
    `import { fork } from 'node:child_process';
     import { writeFileSync } from 'node:fs';
     const child = fork(${JSON.stringify(file)}, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
     child.once('message', () => { writeFileSync(${JSON.stringify(pidFile)}, String(child.pid)); process.send('ready'); });`,
  );
  const { child: running } = await started(parent);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  expect(existsSync(`/proc/${pid}`)).toBe(process.platform === 'linux');
  running.kill('SIGKILL');
  await eventually(() => !isAlive(pid));
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // One that has ended and was not collected yet is no process any more.
  return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}
