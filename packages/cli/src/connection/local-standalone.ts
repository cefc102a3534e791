// Finds the standalone that runs from this folder: never from a parent folder, and only by files that belong to the user alone.
import { lstatSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { isAlive, startMarkOf } from '@confledger/process/process-identity';
import { parseJsonText } from '@confledger/document/json-and-paths';
import type { Io } from '../io.js';

/** A standalone that runs, or why there is none. */
export type LocalStandalone =
  | { readonly kind: 'found'; readonly directory: string; readonly url: string; readonly tokenFile: string }
  | { readonly kind: 'none'; readonly directory: string; readonly why: string };

const WINDOWS = process.platform === 'win32';

/** Looks in `./.confledger`, or where CONFLEDGER_DATA_DIR says. */
export function findLocalStandalone(io: Pick<Io, 'env' | 'cwd' | 'userId'>): LocalStandalone {
  const directory = path.resolve(io.cwd, io.env['CONFLEDGER_DATA_DIR'] ?? '.confledger');
  const none = (why: string): LocalStandalone => ({ kind: 'none', directory, why });
  const [addressFile, tokenFile] = [path.join(directory, 'address.json'), path.join(directory, 'admin.token')];
  for (const file of [directory, addressFile, tokenFile]) {
    const flaw = flawOf(file, io.userId);
    if (flaw !== null) return none(flaw);
  }
  const address = addressIn(addressFile);
  if (address === null) return none(`${addressFile} is no address file`);
  if (!isAlive(address.pid) || (address.startMark !== null && address.startMark !== startMarkOf(address.pid)))
    return none(`the standalone that wrote ${addressFile} does not run any more`);
  return { kind: 'found', directory, url: address.url, tokenFile };
}

/** Why a file or folder is not to be trusted; null when it is. Another user's link into the user's own files counts as planted. */
function flawOf(file: string, userId: number | null): string | null {
  try {
    const [link, target] = [lstatSync(file), statSync(file)];
    if (WINDOWS || userId === null) return null;
    if (link.uid !== userId || target.uid !== userId) return `${file} belongs to another user`;
    return (target.mode & 0o022) === 0 ? null : `${file} can be written by others: chmod go-w '${file}'`;
  } catch {
    return `${file} is not there`;
  }
}

interface Address {
  readonly url: string;
  readonly pid: number;
  readonly startMark: string | null;
}

function addressIn(file: string): Address | null {
  try {
    const value = parseJsonText(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null || !('url' in value) || !('pid' in value)) return null;
    const startMark = 'startMark' in value && typeof value.startMark === 'string' ? value.startMark : null;
    return typeof value.url === 'string' && typeof value.pid === 'number' ? { url: value.url, pid: value.pid, startMark } : null;
  } catch {
    return null;
  }
}
