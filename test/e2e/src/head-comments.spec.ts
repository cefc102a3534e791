// The check of head comments finds what it is for, in a repository made for it.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../../infra/scripts/head-comments.mjs', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'confledger-heads-'));
  for (const name of ['packages/a/src', 'packages/a/dist', 'services', 'test', 'infra'])
    mkdirSync(path.join(folder, name), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What the check says of one file. */
function said(file: string, text: string): string {
  writeFileSync(path.join(folder, file), text);
  try {
    execFileSync(process.execPath, [script, folder], { encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    return (error as { readonly stderr: string }).stderr;
  }
}

test.each([
  ['a head that says what the file is for', 'packages/a/src/a.ts', '// Reads things.\nexport const a = 1;\n'],
  ['users in a comment further down', 'packages/a/src/a.ts', '// Reads things.\n\n// Used by b.ts.\nexport const a = 1;\n'],
  ['a spec without a head', 'packages/a/src/a.spec.ts', "import 'vitest';\n"],
  ['what was built', 'packages/a/dist/a.ts', 'export const a = 1;\n'],
])('%s is let pass', (_what, file, text) => expect(said(file, text)).toBe(''));

test.each([
  ['a head that names users', '// Reads things. Used by b.ts.\n', "its head says 'Used by'"],
  ['one that names them over two lines', '// Reads things, used\n// only by b.ts.\n', "its head says 'used only'"],
  ['one behind a reference', '/// <reference lib="es2024" />\n// Reads things. Called by b.ts.\n', "its head says 'Called by'"],
  ['a source without a head', 'export const a = 1;\n', 'it opens with no comment'],
])('%s is refused, with the file and the remedy', (_what, text, problem) => {
  const answer = said('packages/a/src/a.ts', text);
  expect(answer).toContain(`packages/a/src/a.ts: ${problem}`);
  expect(answer).toMatch(/Say .*what the file is for/);
});
