// The mark of the log in a file of the data directory: what this installation has acknowledged, for the next start to look for.
import path from 'node:path';
import type { LogMark } from '@confledger/application';
import { readIfThere, replaceFile } from '@confledger/process/private-file';

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
  const file = path.join(dataDirectory, 'log.mark');
  const text = readIfThere(file);
  return {
    mark: text === null ? null : parse(file, text),
    // Of apis that share the directory, any mark is a good one.
    save: ({ installation, stream, revision, id }) => replaceFile(file, `${JSON.stringify({ installation, stream, revision, id })}\n`),
  };
}

function parse(file: string, text: string): LogMark {
  const mark = parsed(text);
  if (mark !== null) return mark;
  throw new LogMarkUnusable(
    `${file} holds no mark of the log. Put it back from a backup; delete it only if you know that the event store holds everything that was acknowledged.`,
  );
}

function parsed(text: string): LogMark | null {
  try {
    // oxlint-disable-next-line no-restricted-properties -- our own file, whose four names are fixed
    const value: unknown = JSON.parse(text);
    return isMark(value) ? { installation: value.installation, stream: value.stream, revision: value.revision, id: value.id } : null;
  } catch {
    return null;
  }
}

function isMark(value: unknown): value is LogMark {
  if (typeof value !== 'object' || value === null) return false;
  const { installation, stream, revision, id } = value as Readonly<Record<string, unknown>>;
  return [installation, stream, id].every((each) => typeof each === 'string') && Number.isSafeInteger(revision);
}
