// Makes folders for the user alone.
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

/** With its parents. Not by Node's `recursive`, which never ends where a parent says that it is there and takes no entries, as /proc does. */
export function makePrivateFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = path.dirname(folder);
  if (!existsSync(parent)) makePrivateFolder(parent);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another command made it in this moment.
    if (!existsSync(folder)) throw error;
  }
}
