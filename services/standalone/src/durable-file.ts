// Small files that are either whole or not there, whatever is killed: passwords and locks. Used inside the data directory only.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemCode } from './start-refused.js';

/** Mode of what only its owner may read. */
export const PRIVATE_FILE_MODE = 0o600;

/** Writes a file that only its owner may read, on the disk before this returns. What was there is replaced at once. */
export function writePrivateFile(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text, { mode: PRIVATE_FILE_MODE, flush: true });
  renameSync(draft, file);
  syncDirectory(path.dirname(file));
}

/** The text of a file, null when there is none. */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Makes renames and links in a directory durable. */
export function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return; // Windows has no such call
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
