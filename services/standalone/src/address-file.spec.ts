// What a command line finds beside a running standalone.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeAddressFile } from './address-file.js';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'confledger-address-'));
  file = path.join(directory, 'address.json');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('The address is written with the process that listens there, for its owner alone, and removed at the stop', async () => {
  const address = await writeAddressFile(directory, 'http://127.0.0.1:8011');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ url: 'http://127.0.0.1:8011', pid: process.pid });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  address.remove();
  address.remove();
  expect(existsSync(file)).toBe(false);
});

test('What a killed process left is replaced, with its mode', async () => {
  writeFileSync(file, '{"url":"http://127.0.0.1:1"', { mode: 0o644 });
  await writeAddressFile(directory, 'http://127.0.0.1:8012');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ url: 'http://127.0.0.1:8012' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('A stop leaves the address that a later process has written', async () => {
  const earlier = await writeAddressFile(directory, 'http://127.0.0.1:8011');
  await writeAddressFile(directory, 'http://127.0.0.1:8012');
  earlier.remove();
  expect(readFileSync(file, 'utf8')).toContain(':8012');
});
