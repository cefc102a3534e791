// The cluster's files: made once, with a random password that only the owner of the data directory can read.
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readIfThere, syncDirectory, replaceFile } from '@confledger/process/private-file';
import { type Owner, type Programs, spawnProgram } from './programs.js';
import { StartRefused } from '@confledger/process/start-refused';

/** The database's superuser. */
export const POSTGRES_USER = 'confledger';

const PASSWORD_BYTES = 24;

export interface Cluster {
  /** Postgres's own data directory. */
  readonly directory: string;
  readonly password: string;
  /** It was made just now. */
  readonly created: boolean;
}

/** Answers the cluster of a data directory and makes it at the first start: whole, or not at all. */
export async function openCluster(dataDirectory: string, programs: Programs, owner: Owner | null): Promise<Cluster> {
  const directory = path.join(dataDirectory, 'postgres');
  const password = await keepPassword(path.join(dataDirectory, 'postgres.password'), existsSync(directory));
  if (existsSync(directory)) return { directory, password, created: false };

  const draft = `${directory}.new`;
  rmSync(draft, { recursive: true, force: true }); // what a killed first start left
  mkdirSync(draft, { mode: 0o700 });
  if (owner !== null) chownSync(draft, owner.uid, owner.gid);
  await initialise(draft, password, programs, owner);
  renameSync(draft, directory);
  await syncDirectory(dataDirectory);
  return { directory, password, created: true };
}

async function keepPassword(file: string, clusterThere: boolean): Promise<string> {
  const kept = readIfThere(file)?.trim();
  if (kept !== undefined && kept !== '') return kept;
  if (clusterThere) {
    throw new StartRefused(
      `${file} is missing, and the Postgres beside it opens with nothing else. Put it back from a backup, or set CONFLEDGER_DATA_DIR to another directory.`,
    );
  }
  const made = randomBytes(PASSWORD_BYTES).toString('hex');
  await replaceFile(file, `${made}\n`);
  return made;
}

async function initialise(directory: string, password: string, programs: Programs, owner: Owner | null): Promise<void> {
  // initdb reads the password as its own user, from a file that goes right after.
  const passwordFile = `${directory}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    if (owner !== null) chownSync(passwordFile, owner.uid, owner.gid);
    const args = [
      `--pgdata=${directory}`,
      `--username=${POSTGRES_USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Bytes decide the order of text, on every machine and for ever; no library of the system has a say.
      '--locale=C',
      '--no-instructions',
    ];
    await new Promise<void>((resolve, reject) => {
      // Like the server, in a process group of its own: a Ctrl-C is for us, who stop when this is done.
      const child = spawnProgram(programs.initdb, args, owner, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
      child.once('error', reject);
      child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(said.trim() || `initdb ended with ${String(code)}`))));
    });
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw whyNot(directory, owner, error);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function whyNot(directory: string, owner: Owner | null, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  if (owner !== null && /EACCES|ENOENT|Permission denied|Operation not permitted/i.test(message)) {
    return new StartRefused(
      `As root, Postgres runs as the user \`postgres\`, who may not enter ${directory} or this folder. Run this as another user, or from a folder that everybody may enter (/srv).`,
      { cause: error },
    );
  }
  if (/No space left/i.test(message))
    return new StartRefused(`The disk of ${directory} is full. Make room, or set CONFLEDGER_DATA_DIR to another directory.`);
  return new Error(`Postgres could not be set up in ${directory}: ${message}`, { cause: error });
}
