// Files that hold a secret and are made at the first start: whole or not there, whatever is killed, and for their owner alone.
// Used for keys and tokens.
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const PRIVATE_FILE_MODE = 0o600;

/** The text of such a file. A missing one appears at once with all its content, or with what another process made first. */
export function keptOrMade(file: string, make: () => string): string {
  const kept = readIfThere(file);
  if (kept !== null) return kept;
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, make(), { mode: PRIVATE_FILE_MODE, flush: true });
  try {
    linkSync(draft, file); // fails where the file is there, so that the first maker wins
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  syncDirectory(path.dirname(file));
  return readFileSync(file, 'utf8');
}

/** The text of a file; null when there is none. */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return; // Windows has no such call
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
