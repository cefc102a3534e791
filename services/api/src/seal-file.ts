// The newest seal that this installation's apis have seen, in a file of the data directory: a log that has lost it was cut.
import { rm } from 'node:fs/promises';
import type { KeptSeal } from '@confledger/application';
import { syncDirectory } from '@confledger/process/private-file';
import { openKeptRecord } from './kept-record.js';

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
  const { file, kept, save } = openKeptRecord({ dataDirectory, name: 'log.seal', read: sealIn, unusable });
  return {
    seal: kept,
    save: ({ installation, revision, hash }) => save({ installation, revision, hash }),
    async forget() {
      await rm(file, { force: true });
      await syncDirectory(dataDirectory);
    },
  };
}

function unusable(file: string): SealUnusable {
  return new SealUnusable(
    `${file} holds no seal. Put it back from a backup; delete it only if you know that the event store holds everything that was sealed.`,
  );
}

function sealIn({ installation, revision, hash }: Readonly<Record<string, unknown>>): KeptSeal | null {
  if (typeof installation !== 'string' || typeof hash !== 'string' || !Number.isSafeInteger(revision)) return null;
  return { installation, revision: Number(revision), hash };
}
