import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDataDirectory } from './data-directory.js';
import { startMarkOf } from '@confledger/process/process-identity';

let parent: string;
let directory: string;

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'confledger data '));
  directory = path.join(parent, 'data');
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

const lock = () => path.join(directory, 'lock');

/** Writes a lock of another living process and answers its pid and how to end it. */
function lockOfAnother(startMark?: string): { readonly pid: number; readonly end: () => void } {
  openDataDirectory(directory).release();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  writeFileSync(lock(), JSON.stringify({ pid, startMark: startMark ?? startMarkOf(pid) }));
  return { pid, end: () => child.kill('SIGKILL') };
}

test('the directory is made, locked, and free again after release', () => {
  const opened = openDataDirectory(directory);
  expect(JSON.parse(readFileSync(lock(), 'utf8'))).toMatchObject({ pid: process.pid });
  expect(statSync(lock()).mode & 0o777).toBe(0o600);
  opened.release();
  opened.release();
  expect(readdirSync(directory)).toEqual(['logs']);
});

test('a directory that a living process uses is refused, with its pid and the remedy', () => {
  const other = lockOfAnother();
  try {
    expect(() => openDataDirectory(directory)).toThrow(
      `is in use by process ${other.pid}. Stop that one (kill ${other.pid}) or set CONFLEDGER_DATA_DIR`,
    );
    expect(readdirSync(directory).sort()).toEqual(['lock', 'logs']);
  } finally {
    other.end();
  }
});

test('the lock of a pid that is another process by now is taken over', () => {
  const other = lockOfAnother('another boot:1');
  try {
    openDataDirectory(directory).release();
  } finally {
    other.end();
  }
  expect(readdirSync(directory)).toEqual(['logs']);
});

test.each(['{"pid":4194304,"startMark":"gone:1"}', '{"pid":', ''])('the lock %j of a process that is gone is taken over', (text) => {
  openDataDirectory(directory).release();
  writeFileSync(lock(), text);
  openDataDirectory(directory).release();
  expect(readdirSync(directory)).toEqual(['logs']);
});

test('a lock that somebody else took over meanwhile is not released', () => {
  const opened = openDataDirectory(directory);
  writeFileSync(lock(), '{"pid":1,"startMark":"other"}');
  opened.release();
  expect(readdirSync(directory)).toContain('lock');
});

test('a path through a file is refused in one line', () => {
  writeFileSync(path.join(parent, 'file'), '');
  expect(() => openDataDirectory(path.join(parent, 'file', 'data'))).toThrow(
    /cannot be written: a part of the path is a file\. Make it writable or set CONFLEDGER_DATA_DIR/,
  );
  expect(() => openDataDirectory(path.join(parent, 'file'))).toThrow(/a file of that name is in the way/);
});

test.runIf(process.platform === 'linux')('a place that takes no directories is refused, and not tried for ever', () => {
  expect(() => openDataDirectory('/proc/confledger/data')).toThrow(/cannot be written: no directory can be made there/);
});
