// The command line as people start it: a process beside a standalone, in pipes, on a real terminal, in a clone that is not built.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@confledger/test-support';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startStandalone, type Standalone } from './standalone.js';

vi.setConfig({ testTimeout: 60_000 });

const root = fileURLToPath(new URL('../../../', import.meta.url));
const PROGRAM = path.join(root, 'packages/cli/bin/confledger.mjs');

let folder: string;
let standalone: Standalone;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'confledger command '));
  standalone = await startStandalone(path.join(folder, '.confledger'));
});
afterAll(async () => {
  await standalone.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const environment = (): NodeJS.ProcessEnv => ({ PATH: process.env['PATH'], HOME: folder, CONFLEDGER_ENVIRONMENT: 'staging' });

function cli(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { cwd: folder, env: environment(), encoding: 'utf8' });
  return { status, stdout, stderr };
}

function started(args: readonly string[]): {
  readonly child: ChildProcess;
  readonly text: () => string;
  readonly ended: Promise<number | null>;
} {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  return { child, text: () => text, ended: new Promise((resolve) => child.once('close', (code) => resolve(code))) };
}

/** Runs a command on a real terminal; each answer is typed when its question stands there. */
async function onTerminal(line: string, answers: readonly (readonly [question: string, answer: string])[]) {
  const command = `${process.execPath} ${PROGRAM} ${line}`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: folder,
    env: { ...environment(), TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  for (const [question, answer] of answers) {
    await eventually(() => text.includes(question));
    child.stdin.write(answer);
  }
  return { exit: await ended, text };
}

test('A newcomer sets, looks, takes live and waits for the node beside the standalone, without naming a server', () => {
  const ledger = ['-e', 'production', '-s', 'trading-engine'];
  expect(
    cli(
      'set',
      'risk.parameters.maxPositionSize=1000',
      'risk.parameters.dailyLossLimit=500',
      'risk.parameters.stopLossPercentage=5',
      ...ledger,
    ),
  ).toMatchObject({
    status: 0,
    stderr: `Writing to production.trading-engine at ${standalone.url} (the standalone of ${path.join(folder, '.confledger')})\n`,
  });
  expect(cli('diff', ...ledger).stdout).toContain('+ risk.parameters.maxPositionSize: 1000');
  const live = cli('activate', ...ledger, '--yes', '--wait', '--timeout', '30', '-m', 'first limits');
  expect([live.status, live.stderr]).toEqual([0, expect.stringMatching(/Activation \d+ is applied by 1 node\./) as string]);
  expect(cli('get', 'risk.parameters.maxPositionSize', ...ledger, '--version', 'active').stdout).toBe('1000\n');
  expect(cli('node', 'list').stdout).toMatch(/reference-node +production\.trading-engine +ready/);
  expect(cli('verify').stdout).toContain('✓ the log holds');
  expect(cli('doctor').status).toBe(0);
});

test('watch prints each activation with what it changed, and ends with 130 at Ctrl-C', async () => {
  cli('set', 'fee', '0.1', '-s', 'watched', '--activate');
  const watching = started(['watch', '-s', 'watched']);
  await eventually(() => watching.text().includes('is active'));
  cli('set', 'fee', '0.2', '-s', 'watched', '--activate');
  await eventually(() => watching.text().includes('~ fee: 0.1 → 0.2'));
  watching.child.kill('SIGINT');
  expect(await watching.ended).toBe(130);
});

test('A reader that leaves early ends the program quietly', () => {
  const assignments = Array.from({ length: 500 }, (_, index) => `values.name${index}=${'x'.repeat(200)}`);
  cli('set', ...assignments, '-s', 'large');
  const { stdout, stderr } = spawnSync('bash', ['-c', `'${process.execPath}' '${PROGRAM}' list -s large | head -1`], {
    cwd: folder,
    env: environment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect([stdout, stderr]).toEqual([`values.name0: "${'x'.repeat(200)}"\n`, '']);
});

test.runIf(existsSync('/dev/full'))('A result that does not fit on the disk is exit 2, in one sentence', () => {
  const { status, stderr } = spawnSync('bash', ['-c', `'${process.execPath}' '${PROGRAM}' list -s large > /dev/full`], {
    ...{ cwd: folder, env: environment(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  });
  expect([status, stderr]).toEqual([2, 'error: The result cannot be written (ENOSPC).\n']);
});

test('A wait goes on with what inheritance activates of the same version, instead of calling it superseded', async () => {
  const [base, follower] = [
    ['-e', 'shared', '-s', 'quotes'],
    ['-e', 'follower', '-s', 'quotes'],
  ];
  cli('env', 'define', 'shared', '--type', 'testing', '--abstract');
  cli('env', 'define', 'follower', '--type', 'testing', '--inherits-from', 'shared');
  cli('set', 'fee', '0.1', ...base, '--activate');
  cli('set', 'desk', 'paris', ...follower, '--activate');
  const activationOf = (): number =>
    (JSON.parse(cli('get', ...follower, '-o', 'json').stdout) as { readonly activation: number }).activation;
  const first = activationOf();
  cli('set', 'fee', '0.2', ...base, '--activate');
  await eventually(() => activationOf() > first);
  const waited = cli('wait', String(first), ...follower, '--timeout', '1');
  expect([waited.status, waited.stderr]).toEqual([
    5,
    expect.stringContaining(`Activation ${activationOf()} was not applied within 1 s.`) as string,
  ]);
  cli('set', 'desk', 'rome', ...follower, '--activate');
  expect(cli('wait', String(first), ...follower, '--timeout', '1').status).toBe(4);
});

test('All of a large result reaches a pipe', () => {
  expect(cli('get', '-s', 'large').stdout.length).toBeGreaterThan(100_000);
});

test.runIf(existsSync('/usr/bin/script'))('On a terminal a question is asked, and only yes goes on', async () => {
  const line = 'set fee 0.5 -s asked -e production --activate';
  const no = await onTerminal(line, [['[y/N]', 'n\r']]);
  expect([no.exit, no.text]).toEqual([1, expect.stringContaining('nothing was written') as string]);
  const interrupted = await onTerminal(line, [['[y/N]', '\u0003']]);
  expect([interrupted.exit, interrupted.text]).toEqual([130, expect.stringContaining('Interrupted.') as string]);
  expect(cli('get', '-s', 'asked', '-e', 'production').status).toBe(7);
  const yes = await onTerminal(line, [['[y/N]', 'y\r']]);
  expect([yes.exit, yes.text]).toEqual([0, expect.stringContaining('active') as string]);
});

test.runIf(existsSync('/usr/bin/script'))('On a terminal a secret is typed without echo', async () => {
  const { exit, text } = await onTerminal('set api.password -s secret', [['(not shown): ', 'hunter2\r']]);
  expect([exit, text]).toEqual([0, expect.not.stringContaining('hunter2') as string]);
  expect(cli('get', 'api.password', '-s', 'secret').stdout).toBe('hunter2\n');
});

test('npx finds it inside a clone', () => {
  const { stdout } = spawnSync('npx', ['confledger', 'version'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, npm_config_offline: 'true' },
  });
  expect(stdout).toMatch(/^confledger \d/);
});

test('A clone that is not built says what to run', () => {
  const clone = path.join(folder, 'clone');
  mkdirSync(path.join(clone, 'bin'), { recursive: true });
  copyFileSync(PROGRAM, path.join(clone, 'bin/confledger.mjs'));
  const { status, stderr } = spawnSync(process.execPath, [path.join(clone, 'bin/confledger.mjs'), 'get'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, 'confledger is not built yet: run `npm start` or `npm run build` once.\n']);
  expect(statSync(PROGRAM).mode & 0o111).not.toBe(0);
});

test('It works through a link, as npm makes one', () => {
  symlinkSync(PROGRAM, path.join(folder, 'confledger'));
  expect(spawnSync(path.join(folder, 'confledger'), ['version'], { encoding: 'utf8', env: environment() }).stdout).toMatch(
    /^confledger \d/,
  );
});

test('After a stop of the standalone it says that none runs, and calls nobody', async () => {
  const other = mkdtempSync(path.join(tmpdir(), 'confledger-killed-'));
  const killed = await startStandalone(path.join(other, '.confledger'));
  await killed.end('SIGKILL');
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'status'], { cwd: other, env: environment(), encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, expect.stringContaining('does not run any more') as string]);
  const again = await startStandalone(path.join(other, '.confledger'));
  await again.end('SIGTERM');
  const stopped = spawnSync(process.execPath, [PROGRAM, 'status'], { cwd: other, env: environment(), encoding: 'utf8' });
  expect([stopped.status, stopped.stderr]).toEqual([2, expect.stringContaining('address.json is not there') as string]);
  rmSync(other, { recursive: true, force: true });
});
