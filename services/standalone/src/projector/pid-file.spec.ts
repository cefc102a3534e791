// A projector that an earlier process left behind is ended; a process that has its pid by now is not.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive } from '@confledger/process/process-identity';
import { endOrphanProjector, projectorPidFile } from './pid-file.js';

let directory: string;
let file: string;
let left: ChildProcess;
let pid: number;
beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'confledger-pid-'));
  file = path.join(directory, 'projector.pid');
  left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(left, 'spawn');
  pid = left.pid ?? 0;
});
afterEach(() => {
  left.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

test('one that runs is ended, stopped or not, and the file is removed', async () => {
  projectorPidFile(directory).write(pid);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  left.kill('SIGSTOP');
  await endOrphanProjector(directory);
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(file)).toBe(false);
});

test.each([
  ['of an earlier boot', 'another-boot:1'],
  ['without a mark', null],
])('a process that has a pid %s is left alone', async (_what, startMark) => {
  writeFileSync(file, JSON.stringify({ pid, startMark }));
  await endOrphanProjector(directory);
  expect(isAlive(pid)).toBe(true);
  expect(existsSync(file)).toBe(false);
});

test('half a file, or none, ends nothing', async () => {
  await endOrphanProjector(directory);
  writeFileSync(file, `{"pid":${pid}`);
  await endOrphanProjector(directory);
  expect(isAlive(pid)).toBe(true);
});
