// A program that ends by itself, as the script that waits for it sees it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const BUILT = fileURLToPath(new URL('../dist/', import.meta.url));

let folder: string;
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'confledger-program-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program whose `work` is given as text, and sends SIGINT as soon as it says `now`. */
function run(work: string): Promise<{ readonly code: number | null; readonly said: string }> {
  const file = path.join(folder, 'program.mjs');
  const [programs, refusals] = ['run-program.js', 'start-refused.js'].map((name) => JSON.stringify(path.join(BUILT, name)));
  writeFileSync(
    file,
    `import { runProgram } from ${programs};
     import { StartRefused } from ${refusals};
     const wait = (signal) => new Promise((_, reject) => { setTimeout(() => {}, 60_000); signal.addEventListener('abort', () => reject(signal.reason)); });
     runProgram({ work: ${work}, explain: (error) => (error instanceof RangeError ? 'explained' : null) });`,
  );
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (text.includes('now')) child.kill('SIGINT');
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}

test.each([0, 1])('its exit code is what its work answers: %i', async (code) => {
  expect(await run(`async () => { setInterval(() => {}, 60_000); return ${code}; }`)).toEqual({ code, said: '' });
});

test('what could not be done ends with exit code 2 and one line', async () => {
  expect(await run(`async () => { throw new StartRefused('no. Do that.'); }`)).toEqual({ code: 2, said: 'no. Do that.\n' });
  expect(await run(`async () => { throw new RangeError('x'); }`)).toEqual({ code: 2, said: 'explained\n' });
});

test('one that was interrupted has not done its work, whatever it answers: exit code 2', async () => {
  expect(await run(`async (stopping) => { console.log('now'); await wait(stopping); }`)).toEqual({ code: 2, said: 'now\n' });
  expect(await run(`async (stopping) => { console.log('now'); await wait(stopping).catch(() => undefined); return 0; }`)).toEqual({
    code: 2,
    said: 'now\n',
  });
});
