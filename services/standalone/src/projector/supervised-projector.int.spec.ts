// The supervision of a child process, with scripts in the projector's place.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@confledger/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLogFile } from '../log-file.js';
import { isAlive } from '@confledger/process/process-identity';
import { projectorPidFile } from './pid-file.js';
import { SILENCE_MS_MAX, SupervisedProjector } from './supervised-projector.js';

const RUN_CHILD = fileURLToPath(new URL('../../../../packages/process/dist/run-child.js', import.meta.url));
const PASSWORD = 'hush-hush';

let folder: string;
let notices: string[];
let started: SupervisedProjector[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'confledger supervised '));
  notices = [];
  started = [];
});
afterEach(async () => {
  for (const each of started) await each.stop();
  rmSync(folder, { recursive: true, force: true });
});

const log = (): string => readFileSync(path.join(folder, 'projector.log'), 'utf8');
const pid = (): number => (JSON.parse(readFileSync(path.join(folder, 'projector.pid'), 'utf8')) as { readonly pid: number }).pid;

/** A child that works; `more` is what its start does besides. */
function start(more: string, options: { readonly stopMsMax?: number; readonly nowMs?: () => number } = {}): SupervisedProjector {
  const program = path.join(folder, 'program.mjs');
  writeFileSync(
    program,
    `import { runChild } from ${JSON.stringify(RUN_CHILD)};
     setInterval(() => {}, 60_000);
     runChild({ start: async () => { ${more} process.send({ state: 'active' }); console.log('{"msg":"works"}'); return async () => undefined; } });`,
  );
  const projector = new SupervisedProjector({
    program,
    postgresUrl: `postgres://projector:${PASSWORD}@127.0.0.1:1/x`,
    log: openLogFile(path.join(folder, 'projector.log')),
    pidFile: projectorPidFile(folder),
    onNotice: (text) => notices.push(text),
    logger: { error: () => undefined },
    ...options,
  });
  started.push(projector);
  projector.start();
  return projector;
}

test('a child that ends by itself is started again, which a person and probes are told until it works', async () => {
  const projector = start('');
  await eventually(() => log().includes('works'));
  expect(projector.problem()).toBeNull();
  const first = pid();
  process.kill(first, 'SIGKILL');
  await eventually(() => projector.problem() !== null);
  expect(projector.problem()).toBe(
    'the projector ended by itself (SIGKILL) and is started again: the read model stands still; logs/projector.log has its last words',
  );
  await eventually(() => projector.problem() === null);
  expect(notices).toEqual(['The projector ended by itself (SIGKILL) and is started again', 'The projector works again.']);
  expect(pid()).not.toBe(first);
  expect(isAlive(first)).toBe(false);
});

test('probes are told of an end at once, however long the pause before the next start has become', async () => {
  const projector = start('');
  for (let kill = 1; kill <= 5; kill += 1) {
    await eventually(() => log().split('works').length > kill && projector.problem() === null, { timeoutMs: 20_000 });
    process.kill(pid(), 'SIGKILL');
    await eventually(() => !existsSync(path.join(folder, 'projector.pid')));
    expect(projector.problem()).toContain('ended by itself (SIGKILL)');
  }
  expect(notices.at(-1)).toMatch(/^The projector (?:works again\.|ended by itself \(SIGKILL\))/);
});

test('a child that cannot start says why in its log and once to a person, and is tried again', async () => {
  const failing = path.join(folder, 'failing');
  writeFileSync(failing, '');
  const projector = start(
    `const { existsSync } = await import('node:fs');
     if (existsSync(${JSON.stringify(failing)})) { console.error('The read model has layout 9. Run the newer release.'); process.exit(1); }`,
  );
  await eventually(() => log().split('The read model has layout 9. Run the newer release.\n').length > 3);
  expect(notices).toEqual([
    'The projector ended by itself (exit code 1) and is started again: The read model has layout 9. Run the newer release.',
  ]);
  expect(projector.problem()).toContain('is started again');
  rmSync(failing);
  await eventually(() => projector.problem() === null);
  expect(notices.slice(1)).toEqual(['The projector works again.']);
});

test('a child that says nothing any more is told to probes, and a word of it is enough to be well again', async () => {
  let now = 0;
  const projector = start(`process.on('message', () => process.send({ state: 'active' }));`, { nowMs: () => now });
  await eventually(() => log().includes('works'));
  now = SILENCE_MS_MAX;
  expect(projector.problem()).toBeNull();
  now += 1;
  expect(projector.problem()).toBe(`the projector is silent: it hangs. End it with kill -9 ${pid()}, and it is started again`);
  projector.wake(1n);
  await eventually(() => projector.problem() === null);
});

test('the last words of one that an error ends are the error, and not the version of Node behind it', async () => {
  start(`throw Object.assign(new TypeError('the disk is gone'), { code: 'EIO' });`);
  await eventually(() => notices.length > 0);
  expect(notices[0]).toBe('The projector ended by itself (exit code 1) and is started again: TypeError: the disk is gone');
});

test('a program that is not there is reported, and stopping it then ends the attempts', async () => {
  const projector = start('');
  rmSync(path.join(folder, 'program.mjs'));
  await eventually(() => notices.length > 0);
  expect(notices[0]).toContain('The projector ended by itself (exit code 1)');
  await projector.stop();
});

test('a child that hangs is killed when its time to stop is over', async () => {
  const projector = start('', { stopMsMax: 300 });
  await eventually(() => log().includes('works'));
  const hanging = pid();
  process.kill(hanging, 'SIGSTOP');
  await projector.stop();
  expect(isAlive(hanging)).toBe(false);
  expect(existsSync(path.join(folder, 'projector.pid'))).toBe(false);
  expect(notices).toEqual([]);
});

test('a child that is still being loaded is not waited for', async () => {
  const projector = start('', { stopMsMax: 3_600_000 });
  const loading = pid();
  process.kill(loading, 'SIGSTOP');
  await projector.stop();
  expect(isAlive(loading)).toBe(false);
});

test('a child that a signal of the terminal reached too early is not reported when it is stopped by the same signal', async () => {
  const projector = start('');
  await eventually(() => log().includes('works'));
  process.kill(pid(), 'SIGKILL');
  await eventually(() => !existsSync(path.join(folder, 'projector.pid')));
  await projector.stop();
  expect(notices).toEqual([]);
});

test('it gets its own address by the environment, none of the variables of its parent, and positions over the channel', async () => {
  process.env['CONFLEDGER_NAMESPACE'] = 'of-the-parent';
  try {
    const projector = start(
      `process.on('message', (message) => console.log(JSON.stringify(message)));
       console.log(JSON.stringify({ argv: process.argv, flags: process.execArgv, url: process.env.CONFLEDGER_POSTGRES_URL.length, namespace: process.env.CONFLEDGER_NAMESPACE ?? null }));`,
    );
    await eventually(() => log().includes('works'));
    projector.wake(123n);
    await eventually(() => log().includes('{"position":"123"}'));
    expect(log()).toContain('"namespace":null');
    expect(readFileSync(`/proc/${pid()}/cmdline`, 'utf8')).not.toContain(PASSWORD);
    expect(log()).not.toContain(PASSWORD);
  } finally {
    delete process.env['CONFLEDGER_NAMESPACE'];
  }
});
