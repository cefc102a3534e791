// Children as the queue runs them, with scripts in the place of the judge: limits, turns, what is killed, and what is left behind.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@confledger/test-support';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ProcessLimits, Work } from './judge-process.js';
import { JudgeQueue, TASKS_WAITING_MAX } from './judge-queue.js';
import type { Answer } from './task-messages.js';

const LIMITS: ProcessLimits = { taskMsMax: 600, readMsMax: 5_000, startMsMax: 20_000, memoryMiBMax: 512 };
const PARENT_WATCH = fileURLToPath(new URL('../dist/parent-watch.js', import.meta.url));
const BUILT_QUEUE = fileURLToPath(new URL('../dist/judge-queue.js', import.meta.url));

/** The program of a child: what it does with a task is the name of the schema. Each run writes a line to a file. */
const PROGRAM = `
  import { appendFileSync } from 'node:fs';
  import { Worker } from 'node:worker_threads';
  const [, , parentPid] = process.argv;
  const runs = new URL('./runs', import.meta.url);
  process.once('disconnect', () => process.exit(0));
  new Worker(new URL('./parent-watch.mjs', import.meta.url), { workerData: Number(parentPid) }).unref();
  const texts = new Map();
  let pieces = [];
  const eaten = [];
  const deeds = {
    // As deaf as one that computes, and takes no processor time from other specs.
    hang: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
    compute: () => { for (;;); },
    eatHeap: () => { for (;;) eaten.push(Array.from({ length: 100_000 }, (_, index) => ({ index }))); },
    eatBuffers: () => { for (;;) eaten.push(Buffer.alloc(8 * 1024 * 1024, 1)); },
    kill: () => process.kill(process.pid, 'SIGKILL'),
    abort: () => process.kill(process.pid, 'SIGABRT'),
    tell: () => JSON.stringify({ env: process.env, execArgv: process.execArgv }),
    read: () => JSON.stringify([[...texts], pieces.join('')]),
    busy: () => { const end = performance.now() + 100; while (performance.now() < end); return 'done'; },
  };
  process.on('message', (message) => {
    if (message.kind === 'schema') texts.set(message.id, (texts.get(message.id) ?? '') + message.text);
    if (message.kind === 'piece') pieces.push(message.text);
    if (message.kind !== 'task') return;
    const { number, task: { schemaId } } = message;
    appendFileSync(runs, schemaId + '\\n');
    process.send({ kind: 'begun', number }, () => {
      const answer = (deeds[schemaId.split('-')[0]] ?? (() => schemaId))();
      pieces = [];
      process.send({ kind: 'answer', number, answer: { kind: 'fault', message: String(answer) } });
    });
  });
  process.send({ kind: 'ready' });
`;

let folder: string;
let queues: JudgeQueue[] = [];
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'confledger-judge-'));
  writeFileSync(path.join(folder, 'program.mjs'), PROGRAM);
  writeFileSync(path.join(folder, 'parent-watch.mjs'), readFileSync(PARENT_WATCH));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const queue of queues) await queue.close();
  queues = [];
});

interface Overrides extends Partial<ProcessLimits> {
  readonly idleMsMax?: number;
}

function queueOf({ idleMsMax = 60_000, ...limits }: Overrides = {}): JudgeQueue {
  writeFileSync(path.join(folder, 'runs'), '');
  const queue = new JudgeQueue({ limits: { ...LIMITS, program: path.join(folder, 'program.mjs'), ...limits }, idleMsMax });
  queues.push(queue);
  return queue;
}

const runs = (): readonly string[] => readFileSync(path.join(folder, 'runs'), 'utf8').split('\n').slice(0, -1);

function work(deed: string, pieces: readonly string[] = []): Work {
  return {
    schema: { id: deed, dialect: '2020-12', text: () => `schema ${deed}` },
    task: { kind: 'examine', schemaId: deed },
    pieces: () => pieces,
  };
}

async function answerOf(queue: JudgeQueue, asked: Work): Promise<Answer | null> {
  return (await queue.perform(asked)).answer;
}

const said = (message: string): object => ({ kind: 'fault', message });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // One that has ended and was not collected yet is no process any more.
  return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

test('nothing runs before there is a task, one child serves many, and a schema is sent to it once', async () => {
  const queue = queueOf();
  expect(queue.pids).toEqual([]);
  expect(await answerOf(queue, work('read', ['{"a":', '1}']))).toEqual(said('[[["read","schema read"]],"{\\"a\\":1}"]'));
  const { pids } = queue;
  expect(pids).toHaveLength(1);
  expect(await answerOf(queue, work('read', ['2']))).toEqual(said('[[["read","schema read"]],"2"]'));
  expect(queue.pids).toEqual(pids);
});

test('a child has neither the environment nor the flags of its parent', async () => {
  process.env['CONFLEDGER_TEST_SECRET'] = 'hush';
  try {
    const told = await answerOf(queueOf(), work('tell'));
    const { env, execArgv } = JSON.parse((told as { readonly message: string }).message) as {
      env: Record<string, string>;
      execArgv: string[];
    };
    expect(Object.keys(env).filter((name) => !name.startsWith('NODE_CHANNEL_'))).toEqual([]);
    expect(execArgv).toEqual(['--max-old-space-size=384', '--stack-size=3600']);
  } finally {
    delete process.env['CONFLEDGER_TEST_SECRET'];
  }
});

test('a task that does not end in time is given up, and its child is killed', async () => {
  const queue = queueOf();
  await answerOf(queue, work('warm'));
  const [pid = 0] = queue.pids;
  const began = performance.now();
  expect(await answerOf(queue, work('hang'))).toBeNull();
  const tookMs = performance.now() - began;
  expect(tookMs).toBeGreaterThan(LIMITS.taskMsMax - 50);
  expect(tookMs).toBeLessThan(LIMITS.taskMsMax + 3_000);
  expect(isAlive(pid)).toBe(false);
  expect(await answerOf(queue, work('next'))).toEqual(said('next'));
});

test.each(['eatHeap', 'eatBuffers'])('a task that takes more memory than it may is given up at once (%s)', async (deed) => {
  const queue = queueOf({ memoryMiBMax: 192, taskMsMax: 20_000 });
  const began = performance.now();
  expect(await answerOf(queue, work(deed))).toBeNull();
  expect(performance.now() - began).toBeLessThan(15_000);
  expect(runs()).toEqual([deed]);
  expect(await answerOf(queue, work('next'))).toEqual(said('next'));
});

test('a task whose child is killed is repeated once in a new one', async () => {
  const queue = queueOf({ taskMsMax: 20_000 });
  await answerOf(queue, work('warm'));
  const [pid = 0] = queue.pids;
  const answer = answerOf(queue, work('hang'));
  await eventually(() => runs().includes('hang'));
  process.kill(pid, 'SIGKILL');
  await eventually(() => runs().filter((deed) => deed === 'hang').length === 2);
  const [next = 0] = queue.pids;
  expect(next).not.toBe(pid);
  process.kill(next, 'SIGKILL');
  expect(await answer).toBeNull();
  expect(runs()).toEqual(['warm', 'hang', 'hang']);
});

test('a task whose child is aborted, as V8 does where memory ends, is not repeated', async () => {
  expect(await answerOf(queueOf(), work('abort'))).toBeNull();
  expect(runs()).toEqual(['abort']);
});

test('a task that kills its child is given up after the second time', async () => {
  expect(await answerOf(queueOf(), work('kill'))).toBeNull();
  expect(runs()).toEqual(['kill', 'kill']);
});

test.each([
  ['that throws while it is loaded', `throw new Error('no such module');`, 'no such module'],
  ['that ends at once', 'process.exit(3);', 'exit code 3'],
  ['that never is ready', 'setInterval(() => undefined, 1000);', 'not loaded within 700 ms'],
])('a child %s is an error that says so, for each task that waits', async (_what, text, why) => {
  const program = path.join(folder, 'broken.mjs');
  writeFileSync(program, text);
  const queue = queueOf({ program, startMsMax: why.includes('700') ? 700 : 20_000 });
  const asked = await Promise.allSettled([answerOf(queue, work('one')), answerOf(queue, work('two'))]);
  for (const each of asked) {
    expect(each.status).toBe('rejected');
    expect(String((each as PromiseRejectedResult).reason)).toContain('The process that judges schemas cannot start: ');
    expect(String((each as PromiseRejectedResult).reason)).toContain(why);
  }
  await expect(answerOf(queue, work('three'))).rejects.toThrow('cannot start');
  await eventually(() => queue.pids.length === 0);
});

test('tasks of other schemas are answered while one hangs, at the first time and at each later one', async () => {
  const queue = queueOf({ taskMsMax: 5_000 });
  await answerOf(queue, work('warm'));
  for (const round of [1, 2]) {
    let hasHung = false;
    const hung = answerOf(queue, work('hang')).then((answer) => ((hasHung = true), answer));
    await eventually(() => runs().filter((deed) => deed === 'hang').length === round);
    expect(await Promise.all([answerOf(queue, work('a')), answerOf(queue, work('b'))])).toEqual([said('a'), said('b')]);
    expect(hasHung).toBe(false);
    expect(await hung).toBeNull();
  }
});

test('schemas that exhausted a limit wait for each other, and others pass them by', async () => {
  const queue = queueOf({ taskMsMax: 2_000 });
  const names = ['hang-1', 'hang-2'];
  await Promise.all(names.map((name) => answerOf(queue, work(name))));
  await answerOf(queue, work('warm'));
  const ended: string[] = [];
  const hung = names.map((name) => answerOf(queue, work(name)).then(() => ended.push(name)));
  await eventually(() => runs().filter((run) => run.startsWith('hang')).length === 3);
  expect(await answerOf(queue, work('quick'))).toEqual(said('quick'));
  expect(ended).toEqual([]);
  await Promise.all(hung);
  expect(ended).toEqual(names);
});

test('callers with many tasks take turns with one that came later', async () => {
  const queue = queueOf();
  await answerOf(queue, work('warm'));
  const many = async (caller: string, count: number): Promise<void> => {
    for (let turn = 0; turn < count; turn += 1) await answerOf(queue, work(`busy-${caller}`));
  };
  await Promise.all([many('one', 6), many('short', 2), ...['two', 'three', 'four', 'five'].map((caller) => many(caller, 6))]);
  expect(runs().lastIndexOf('busy-short')).toBeLessThan(20);
});

test('more tasks than may wait are refused', async () => {
  const queue = queueOf();
  // Two more may run already.
  const asked = await Promise.allSettled(Array.from({ length: TASKS_WAITING_MAX + 3 }, () => answerOf(queue, work('many'))));
  const refused = asked.filter((each) => each.status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(4);
  for (const { reason } of refused) expect(String(reason)).toContain('tasks wait for the judge of schemas');
});

test('a child ends when there was no task for a while, and another is started for the next', async () => {
  const queue = queueOf({ idleMsMax: 200 });
  await answerOf(queue, work('one'));
  const [pid = 0] = queue.pids;
  await eventually(() => !isAlive(pid));
  expect(queue.pids).toEqual([]);
  expect(await answerOf(queue, work('two'))).toEqual(said('two'));
});

test('close leaves no child, and rejects what runs, what waits and what comes', async () => {
  const queue = queueOf({ taskMsMax: 20_000 });
  const asked = ['hang-1', 'hang-2', 'hang-3'].map((name) => answerOf(queue, work(name)));
  await eventually(() => runs().length === 2);
  const { pids } = queue;
  const settled = Promise.allSettled(asked);
  await queue.close();
  expect(pids).toHaveLength(2);
  expect(pids.filter(isAlive)).toEqual([]);
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await expect(answerOf(queue, work('late'))).rejects.toThrow('closed');
});

test('close while a child starts leaves none', async () => {
  const queue = queueOf();
  const asked = answerOf(queue, work('one'));
  const { pids } = queue;
  const [[settled]] = await Promise.all([Promise.allSettled([asked]), queue.close()]);
  expect(settled).toMatchObject({ status: 'rejected', reason: { message: 'The judge of schemas is closed' } });
  expect(pids).toHaveLength(1);
  expect(pids.filter(isAlive)).toEqual([]);
});

test.each(['waits', 'hang', 'compute'])('a child whose parent is killed ends, also in the middle of a task (%s)', async (deed) => {
  queueOf();
  const parent = path.join(folder, 'parent.mjs');
  writeFileSync(
    parent,
    `import { JudgeQueue } from ${JSON.stringify(BUILT_QUEUE)};
     const limits = ${JSON.stringify({ ...LIMITS, taskMsMax: 60_000, program: path.join(folder, 'program.mjs') })};
     const queue = new JudgeQueue({ limits, idleMsMax: 60_000 });
     const work = (id) => ({ schema: { id, dialect: '2020-12', text: () => '' }, task: { kind: 'examine', schemaId: id }, pieces: () => [] });
     await queue.perform(work('first'));
     void queue.perform(work(${JSON.stringify(deed)}));
     setInterval(() => undefined, 60_000);
     process.send(queue.pids);`,
  );
  const running = fork(parent, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [pids] = (await once(running, 'message')) as [readonly number[]];
  expect(pids.filter(isAlive)).toHaveLength(1);
  await eventually(() => runs().includes(deed));
  running.kill('SIGKILL');
  await eventually(() => pids.every((pid) => !isAlive(pid)));
});

test('a process with a child that waits ends by itself, and the child with it', async () => {
  queueOf();
  const parent = path.join(folder, 'ends.mjs');
  writeFileSync(
    parent,
    `import { JudgeQueue } from ${JSON.stringify(BUILT_QUEUE)};
     const limits = ${JSON.stringify({ ...LIMITS, program: path.join(folder, 'program.mjs') })};
     const queue = new JudgeQueue({ limits, idleMsMax: 60_000 });
     await queue.perform({ schema: { id: 'x', dialect: '2020-12', text: () => '' }, task: { kind: 'examine', schemaId: 'x' }, pieces: () => [] });
     process.send(queue.pids, () => process.disconnect());`,
  );
  const running = fork(parent, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(running, 'exit');
  const [pids] = (await once(running, 'message')) as [readonly number[]];
  expect(await ended).toEqual([0, null]);
  await eventually(() => pids.every((pid) => !isAlive(pid)));
});
