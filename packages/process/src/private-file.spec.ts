// A private file is whole or not there, belongs to its owner alone, and leaves no draft behind.
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptOrMade, readIfThere, replaceFile, replaceKeepingOld } from './private-file.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'confledger-private-'));
  file = path.join(folder, 'key');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a file that is not there is read as null; any other fault is passed on', () => {
  expect(readIfThere(file)).toBe(null);
  expect(() => readIfThere(folder)).toThrow('EISDIR');
});

test('what is made once is kept, for its owner alone', () => {
  expect([keptOrMade(file, () => 'first'), keptOrMade(file, () => 'second')]).toEqual(['first', 'first']);
  expect([statSync(file).mode & 0o777, readdirSync(folder)]).toEqual([0o600, ['key']]);
});

test('where another process makes the file meanwhile, its text is taken', () => {
  const made = keptOrMade(file, () => {
    writeFileSync(file, 'theirs');
    return 'ours';
  });
  expect([made, readdirSync(folder)]).toEqual(['theirs', ['key']]);
});

test('a write replaces the whole text, for its owner alone', async () => {
  await replaceFile(file, 'a longer text');
  await replaceFile(file, 'short');
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777, readdirSync(folder)]).toEqual(['short', 0o600, ['key']]);
});

test('writers at once do not mix, and leave one text of theirs', async () => {
  const texts = Array.from({ length: 20 }, (_, each) => String(each).repeat(10_000));
  await Promise.all(texts.map((text) => replaceFile(file, text)));
  expect([texts.includes(readFileSync(file, 'utf8')), readdirSync(folder)]).toEqual([true, ['key']]);
});

test('a write that fails leaves no draft behind', async () => {
  mkdirSync(file);
  await expect(replaceFile(file, 'text')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(folder)).toEqual(['key']);
});

test('a draft takes the place of a file whose text is kept aside, and doing it again after a kill ends in the same', () => {
  const [draft, aside] = [path.join(folder, 'key.next'), path.join(folder, 'key.before')];
  writeFileSync(file, 'old');
  // Killed behind the first step: the text is kept, and the file stands.
  linkSync(file, aside);
  writeFileSync(draft, 'new');
  replaceKeepingOld(draft, file, aside);
  expect([readFileSync(file, 'utf8'), readFileSync(aside, 'utf8'), readdirSync(folder)]).toEqual(['new', 'old', ['key', 'key.before']]);
});

test('a draft takes a place where nothing stands', () => {
  const draft = path.join(folder, 'key.next');
  writeFileSync(draft, 'new');
  replaceKeepingOld(draft, file, path.join(folder, 'key.before'));
  expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['new', ['key']]);
});
