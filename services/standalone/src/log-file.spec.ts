// Logs of bounded size: what is in which file, and that no line is lost on the way.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOG_FILE_BYTES_MAX, OLDER_LOG_FILES_MAX, openLogFile, rotateFullLog } from './log-file.js';
import { openLogs } from './logs.js';

/** Long, so that few fill a file. */
const FILLING = 'x'.repeat(32 * 1024);
const LINES_PER_FILE = Math.floor(LOG_FILE_BYTES_MAX / FILLING.length);

let directory: string;
let logs: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'confledger-logs-'));
  logs = path.join(directory, 'logs');
  mkdirSync(logs);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** The files of a log, the oldest first. */
function filesOf(part: string): string[] {
  const older = Array.from({ length: 9 }, (_, index) => `${part}.log.${9 - index}`);
  return [...older, `${part}.log`].map((name) => path.join(logs, name)).filter((file) => existsSync(file));
}

/** The numbers that were logged, in the order of the files and lines. */
function numbersIn(files: readonly string[]): number[] {
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n'));
  return lines.map((line) => (JSON.parse(line) as { readonly n: number }).n);
}

function log(part: string, from: number, count: number): void {
  const logger = openLogs(directory).of(part);
  for (let n = from; n < from + count; n++) logger.info({ n, filling: FILLING }, 'line');
}

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);

test('a log that grows is rotated before it is larger than allowed, and every line is in one file, whole and in order', () => {
  const count = LINES_PER_FILE * 3;
  log('core', 0, count);
  const files = filesOf('core');
  expect(files.map((file) => path.basename(file))).toEqual(['core.log.3', 'core.log.2', 'core.log.1', 'core.log']);
  expect(numbersIn(files)).toEqual(numbers(0, count));
  for (const file of files) {
    expect(statSync(file).size).toBeLessThanOrEqual(LOG_FILE_BYTES_MAX);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }
});

test('the oldest file is deleted when there are more than are kept', () => {
  const count = LINES_PER_FILE * (OLDER_LOG_FILES_MAX + 2);
  log('relay', 0, count);
  const files = filesOf('relay');
  expect(files).toHaveLength(OLDER_LOG_FILES_MAX + 1);
  const kept = numbersIn(files);
  expect(kept).toEqual(numbers(count - kept.length, kept.length));
});

test('a line is in the file as soon as it was logged, and a restart goes on with the same file', () => {
  log('api', 0, 2);
  expect(numbersIn(filesOf('api'))).toEqual([0, 1]);
  log('api', 2, 2);
  expect(readdirSync(logs)).toEqual(['api.log']);
  expect(numbersIn(filesOf('api'))).toEqual([0, 1, 2, 3]);
});

test('a restart counts what is in the file already', () => {
  log('api', 0, LINES_PER_FILE - 2);
  log('api', LINES_PER_FILE - 2, 4);
  expect(filesOf('api')).toHaveLength(2);
  expect(numbersIn(filesOf('api'))).toEqual(numbers(0, LINES_PER_FILE + 2));
});

test.each([
  ['before the newest was renamed', { 'api.log.3': 1, 'api.log.2': 2, 'api.log': 3 }],
  ['before a new file was opened', { 'api.log.2': 1, 'api.log.1': 2 }],
])('a rotation that a crash interrupted %s loses nothing', (_when, left) => {
  for (const [name, n] of Object.entries(left)) writeFileSync(path.join(logs, name), `{"n":${n}}\n`);
  const before = Object.values(left);
  log('api', before.length + 1, LINES_PER_FILE + 1);
  expect(numbersIn(filesOf('api'))).toEqual(numbers(1, before.length + LINES_PER_FILE + 1));
});

test('a piece of a line that a power cut left does not spoil the next one', () => {
  writeFileSync(path.join(logs, 'api.log'), '{"n":1}\n{"n":');
  log('api', 2, 1);
  const lines = readFileSync(path.join(logs, 'api.log'), 'utf8').split('\n');
  expect(lines.slice(0, 2)).toEqual(['{"n":1}', '{"n":']);
  expect(JSON.parse(lines[2] ?? '')).toMatchObject({ n: 2 });
});

test('a file that cannot be renamed is written on', () => {
  // No file can take the place of a folder.
  mkdirSync(path.join(logs, `api.log.${OLDER_LOG_FILES_MAX}`));
  writeFileSync(path.join(logs, `api.log.${OLDER_LOG_FILES_MAX - 1}`), 'older\n');
  log('api', 0, LINES_PER_FILE * 2);
  expect(numbersIn([path.join(logs, 'api.log')])).toEqual(numbers(0, LINES_PER_FILE * 2));
});

test.skipIf(!existsSync('/dev/full'))('a full disk does not end who logs', () => {
  const file = openLogFile('/dev/full');
  expect(() => file.write('{"n":1}\n')).not.toThrow();
});

test('a log that another process writes is rotated when it is full, and only then', () => {
  const file = path.join(logs, 'postgres.log');
  rotateFullLog(file);
  writeFileSync(file, 'LOG: ready\n');
  rotateFullLog(file);
  expect(readdirSync(logs)).toEqual(['postgres.log']);
  truncateSync(file, LOG_FILE_BYTES_MAX);
  rotateFullLog(file);
  expect(readdirSync(logs)).toEqual(['postgres.log.1']);
});
