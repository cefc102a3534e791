// Files for their owner alone that are whole or not there, whatever is killed: keys, tokens, passwords, the mark of the log.
// Loads nothing but Node: it is used before a start is known to be possible.
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from './start-refused.js';

const PRIVATE_FILE_MODE = 0o600;
/** Windows cannot open directories, and needs no sync of them. */
const DIRECTORIES_ARE_SYNCED = process.platform !== 'win32';

/** The text of a file; null when there is none. */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The text of a file that is made once. A missing one appears at once with all its content, or with what another process made first. */
export function keptOrMade(file: string, make: () => string): string {
  const kept = readIfThere(file);
  if (kept !== null) return kept;
  const draft = draftOf(file);
  writeFileSync(draft, make(), { mode: PRIVATE_FILE_MODE, flush: true });
  try {
    linkSync(draft, file); // fails where the file is there, so that the first maker wins
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  syncDirectoryNow(path.dirname(file));
  return readFileSync(file, 'utf8');
}

/** Replaces a file, or makes it: text and name are on the disk when this resolves. Of several writers the last one stays. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const draft = draftOf(file);
  try {
    const handle = await open(draft, 'w', PRIVATE_FILE_MODE);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncDirectory(path.dirname(file));
}

/** Puts a draft in the place of a file, whose text is kept aside. Whole or not at all; when it was broken off it can be done again. */
export function replaceKeepingOld(draft: string, file: string, aside: string): void {
  try {
    linkSync(file, aside);
  } catch (error) {
    // There was none, or it was kept already.
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'EEXIST') throw error;
  }
  syncDirectoryNow(path.dirname(aside));
  renameSync(draft, file);
  syncDirectoryNow(path.dirname(file));
}

/** Makes renames and links in a directory durable. */
export async function syncDirectory(directory: string): Promise<void> {
  if (!DIRECTORIES_ARE_SYNCED) return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function syncDirectoryNow(directory: string): void {
  if (!DIRECTORIES_ARE_SYNCED) return;
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Of one writer alone. */
function draftOf(file: string): string {
  return `${file}.${randomUUID()}.tmp`;
}
