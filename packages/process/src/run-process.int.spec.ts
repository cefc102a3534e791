// A process that is run, refused and stopped, as its parent sees it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const BUILT = fileURLToPath(new URL('../dist/', import.meta.url));

let folder: string;
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'confledger-process-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** Runs a service whose `start` is given as text, and sends the signal as soon as it says `now`. */
function run(start: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
  const file = path.join(folder, 'main.mjs');
  const [runs, refusals] = ['run-process.js', 'start-refused.js'].map((name) => JSON.stringify(path.join(BUILT, name)));
  writeFileSync(
    file,
    `import { runProcess } from ${runs};
     import { StartRefused } from ${refusals};
     const wait = (signal) => new Promise((_, reject) => { setTimeout(() => {}, 60_000); signal.addEventListener('abort', () => reject(signal.reason)); });
     runProcess({ start: ${start}, explain: (error) => (error instanceof RangeError ? 'explained' : null) });`,
  );
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (text.includes('now')) child.kill(signal);
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
}

test('a start that is refused ends with exit code 1 and its one line', async () => {
  expect(await run(`async () => { throw new StartRefused('PORT: no. Do that.'); }`)).toEqual({ code: 1, said: 'PORT: no. Do that.\n' });
  expect(await run(`async () => { throw new RangeError('x'); }`)).toEqual({ code: 1, said: 'explained\n' });
});

test('a fault ends with exit code 1 and shows where it came from', async () => {
  const { code, said } = await run(`async () => { throw new TypeError('bug'); }`);
  expect(code).toBe(1);
  expect(said).toMatch(/TypeError: bug\n\s+at /);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends what runs in good order, with exit code 0', async (signal) => {
  const running = `async () => { setInterval(() => {}, 60_000); setImmediate(() => console.log('now')); return async () => console.log('closed'); }`;
  expect(await run(running, signal)).toEqual({ code: 0, said: 'now\nclosed\n' });
});

test('work that is done ends with exit code 0, whatever would keep the process alive', async () => {
  expect(await run(`async () => { setInterval(() => {}, 60_000); console.log('done'); return null; }`)).toEqual({
    code: 0,
    said: 'done\n',
  });
});

test('a signal in the middle of a start ends it quietly', async () => {
  expect(await run(`async (stopping) => { console.log('now'); await wait(stopping); }`)).toEqual({ code: 0, said: 'now\n' });
});

test('what cannot be ended in good order ends with exit code 1', async () => {
  const running = `async () => { setInterval(() => {}, 60_000); setImmediate(() => console.log('now')); return async () => { throw new Error('stuck'); }; }`;
  const { code, said } = await run(running);
  expect(code).toBe(1);
  expect(said).toContain('Error: stuck');
});
