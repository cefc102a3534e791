// The mark of the log in a file of the data directory: what this installation has acknowledged, for the next start to look for.
import type { LogMark } from '@confledger/application';
import { openKeptRecord } from './kept-record.js';

/** A mark file that is there and cannot be read. */
export class LogMarkUnusable extends Error {
  override readonly name = 'LogMarkUnusable';
}

export interface LogMarkFile {
  /** What the last process kept; null at the first start. */
  readonly mark: LogMark | null;
  /** Replaces it: whole, or not at all. */
  save(mark: LogMark): Promise<void>;
}

/** Throws LogMarkUnusable for a file that holds something else. */
export function openLogMark(dataDirectory: string): LogMarkFile {
  const { kept, save } = openKeptRecord({ dataDirectory, name: 'log.mark', read: markIn, unusable });
  return {
    mark: kept,
    // Of apis that share the directory, any mark is a good one.
    save: ({ installation, stream, revision, id }) => save({ installation, stream, revision, id }),
  };
}

function unusable(file: string): LogMarkUnusable {
  return new LogMarkUnusable(
    `${file} holds no mark of the log. Put it back from a backup; delete it only if you know that the event store holds everything that was acknowledged.`,
  );
}

function markIn({ installation, stream, revision, id }: Readonly<Record<string, unknown>>): LogMark | null {
  if (typeof installation !== 'string' || typeof stream !== 'string' || typeof id !== 'string') return null;
  return Number.isSafeInteger(revision) ? { installation, stream, revision: Number(revision), id } : null;
}
