// Key files that others can read. They are used all the same: a mounted secret, for example, may be readable by a group on purpose.
import { statSync } from 'node:fs';
import { systemCode } from '@confledger/process/start-refused';
import type { KeyFiles } from './keys.js';

/** Permissions of the group and of everybody else. */
const OTHERS_MASK = 0o077;
const PERMISSIONS_MASK = 0o777;
/** Windows has no such modes. */
const HAS_MODES = process.platform !== 'win32';

/** Calls `warn` for each key file that others than its owner have a right on, with the remedy. A file that is missing is no matter here. */
export function warnOfExposedKeys({ signingKeyFile, fingerprintKeyFile }: KeyFiles, warn: (text: string) => void): void {
  if (!HAS_MODES) return;
  for (const file of [signingKeyFile, fingerprintKeyFile]) {
    const mode = modeOf(file);
    if (mode === null || (mode & OTHERS_MASK) === 0) continue;
    warn(
      `the key file ${file} is open to other users (mode 0${mode.toString(8)}), and whoever holds a key can speak for this installation: chmod 600 ${file}`,
    );
  }
}

function modeOf(file: string): number | null {
  try {
    return statSync(file).mode & PERMISSIONS_MASK;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
