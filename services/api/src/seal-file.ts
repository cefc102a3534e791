// The newest seal that this installation's apis have seen, in a file of the data directory: a log that has lost it was cut.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { KeptSeal } from '@confledger/application';
import { parseJsonText } from '@confledger/document';
import { readIfThere, replaceFile, syncDirectory } from '@confledger/process/private-file';

/** A seal file that is there and cannot be read. */
export class SealUnusable extends Error {
  override readonly name = 'SealUnusable';
}

export interface SealFile {
  /** What earlier processes saw; null where nothing was sealed yet. */
  readonly seal: KeptSeal | null;
  /** Replaces it: whole, or not at all. */
  save(seal: KeptSeal): Promise<void>;
  /** Removes it: a person accepted a log that does not hold it. */
  forget(): Promise<void>;
}

/** Throws SealUnusable for a file that holds something else. */
export function openSealFile(dataDirectory: string): SealFile {
  const file = path.join(dataDirectory, 'log.seal');
  const text = readIfThere(file);
  return {
    seal: text === null ? null : parse(file, text),
    save: ({ installation, revision, hash }) => replaceFile(file, `${JSON.stringify({ installation, revision, hash })}\n`),
    async forget() {
      await rm(file, { force: true });
      await syncDirectory(dataDirectory);
    },
  };
}

function parse(file: string, text: string): KeptSeal {
  const seal = parsed(text);
  if (seal !== null) return seal;
  throw new SealUnusable(
    `${file} holds no seal. Put it back from a backup; delete it only if you know that the event store holds everything that was sealed.`,
  );
}

function parsed(text: string): KeptSeal | null {
  try {
    const value: unknown = parseJsonText(text);
    return isSeal(value) ? { installation: value.installation, revision: value.revision, hash: value.hash } : null;
  } catch {
    return null;
  }
}

function isSeal(value: unknown): value is KeptSeal {
  if (typeof value !== 'object' || value === null) return false;
  const { installation, revision, hash } = value as Readonly<Record<string, unknown>>;
  return [installation, hash].every((each) => typeof each === 'string') && Number.isSafeInteger(revision);
}
