// The child in which schemas are examined and documents judged: its parent may kill it at any moment, and it ends with its parent.
import { Worker } from 'node:worker_threads';
import type { FromChild, ToChild } from './task-messages.js';

const parentPid = Number(process.argv[2]);

/** Signals that a terminal or a service manager sends to every process of a group: the parent alone decides when this one ends. */
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => undefined);
// Without a listener of ours Node opens the port of its inspector. Windows has no such signal.
if (process.platform !== 'win32') process.on('SIGUSR1', () => undefined);
process.once('disconnect', () => process.exit(0));
if (!process.connected) process.exit(0);
new Worker(new URL('./parent-watch.js', import.meta.url), { workerData: parentPid, execArgv: [], env: {} }).unref();

/** Resolves when the message is handed to the system. A parent that has gone needs no word; its end stops this process. */
function send(message: FromChild): Promise<void> {
  return new Promise((resolve) => process.send?.(message, undefined, {}, () => resolve()));
}

// Loaded late, so that the end of the parent is heeded from the first moment on.
const { Tasks } = await import('./tasks.js');
const tasks = new Tasks();

process.on('message', (message: ToChild) => {
  switch (message.kind) {
    case 'schema':
      tasks.keepSchema(message);
      break;
    case 'piece':
      tasks.keepPiece(message);
      break;
    case 'task':
      void perform(message.number, tasks.prepare(message.task));
      break;
  }
});

async function perform(number: number, task: ReturnType<typeof tasks.prepare>): Promise<void> {
  await send({ kind: 'begun', number });
  await send({ kind: 'answer', number, answer: task() });
}

await send({ kind: 'ready' });
