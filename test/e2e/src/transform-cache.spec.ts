// The cache of translated sources is another one as soon as imports may lead elsewhere.
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = new URL('../../../infra/scripts/transform-cache.mjs', import.meta.url).href;
const { transformCache } = (await import(script)) as { readonly transformCache: (where: string) => string };
const DAY_S = 24 * 60 * 60;

let where: string;
const write = (file: string, text: string): void => writeFileSync(path.join(where, file), text);

beforeEach(() => {
  where = mkdtempSync(path.join(tmpdir(), 'confledger-transforms-'));
  for (const folder of ['packages/a/src', 'packages/a/dist', 'services', 'test']) mkdirSync(path.join(where, folder), { recursive: true });
  write('packages/a/package.json', '{}');
  write('packages/a/src/a.ts', 'export const a = 1;');
});
afterEach(() => rmSync(where, { recursive: true, force: true }));

test('Another text of a source, and what was built, leave the folder as it is', () => {
  const before = transformCache(where);
  write('packages/a/src/a.ts', 'export const a = 2;');
  write('packages/a/dist/a.js', 'export const a = 2;');
  expect(transformCache(where)).toBe(before);
});

test.each([
  ['A new file', 'packages/a/src/b.ts', ''],
  ['Another package.json', 'packages/a/package.json', '{"exports":"./src/b.ts"}'],
])('%s makes it another folder', (_what, file, text) => {
  const before = transformCache(where);
  write(file, text);
  expect(transformCache(where)).not.toBe(before);
});

test('A folder that was not taken for two days is removed, a newer one is kept', () => {
  const old = transformCache(where);
  write('packages/a/src/b.ts', '');
  const newer = transformCache(where);
  write('packages/a/src/c.ts', '');
  const nowS = Date.now() / 1_000;
  utimesSync(old, nowS - 2.1 * DAY_S, nowS - 2.1 * DAY_S);
  utimesSync(newer, nowS - DAY_S, nowS - DAY_S);
  const taken = transformCache(where);
  expect([old, newer, taken].map((folder) => existsSync(folder))).toEqual([false, true, true]);
});
