// Starts a script as a process of its own and talks to it by messages, so that server and load do not share an event loop.
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly pid: number;
  /** What the script sent when it was ready. */
  readonly ready: Readonly<Record<string, string>>;
  /** Answers what ends it. */
  on(listener: (message: unknown) => void): () => void;
  send(message: object): void;
  /** Asks a script that `answers`, one question at a time. Rejects when it ends instead. */
  ask<Answer>(question: object): Promise<Answer>;
  stop(): Promise<void>;
}

/** As `npm start` runs the services: with room for short-lived objects, collecting them takes 4 % of the time instead of 10. */
export const FLAGS = ['--max-semi-space-size=64', '--heap-growing-percent=40'];

/** Forks `src/servers/<name>.ts`, of another checkout where its root is given; resolves with its first message. */
export async function startChild(name: string, env: Readonly<Record<string, string>> = {}, checkout?: string): Promise<Child> {
  const own = fileURLToPath(new URL(`./servers/${name}.ts`, import.meta.url));
  const script = checkout === undefined ? own : path.join(checkout, `test/bench/src/servers/${name}.ts`);
  const execArgv = [...process.execArgv, '--expose-gc', ...FLAGS];
  const child = fork(script, { env: { ...process.env, ...env }, execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ready = await new Promise<Record<string, string>>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Record<string, string>));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it was ready`)));
  });
  return {
    pid: child.pid ?? 0,
    ready,
    on: (listener) => {
      child.on('message', listener);
      return () => void child.off('message', listener);
    },
    send: (message) => void child.send(message),
    ask: (question) => asked(child, name, question),
    stop: () => stopped(child),
  };
}

function asked<Answer>(child: ChildProcess, name: string, question: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`${name} ended with ${code} before it answered`));
    const listener = (message: unknown): void => {
      if (typeof message !== 'object' || message === null || !('answer' in message)) return;
      child.off('message', listener).off('exit', ended);
      resolve(message.answer as Answer);
    };
    child.on('message', listener).once('exit', ended);
    child.send({ question });
  });
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.send({ stop: true });
  await ended;
}
