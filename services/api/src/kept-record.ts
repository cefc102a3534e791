// A small JSON record that an api keeps in its data directory from one start to the next.
import path from 'node:path';
import { parseJsonText } from '@confledger/document';
import { readIfThere, replaceFile } from '@confledger/process/private-file';

export interface KeptRecordOptions<T extends object> {
  readonly dataDirectory: string;
  readonly name: string;
  /** The record in what was read; null where there is none. */
  readonly read: (value: Readonly<Record<string, unknown>>) => T | null;
  /** The error for a file that holds something else. */
  readonly unusable: (file: string) => Error;
}

export interface KeptRecord<T extends object> {
  readonly file: string;
  /** What was kept; null where there is no file. */
  readonly kept: T | null;
  /** Replaces it: whole, or not at all. */
  save(record: T): Promise<void>;
}

/** Throws what `unusable` makes. */
export function openKeptRecord<T extends object>({ dataDirectory, name, read, unusable }: KeptRecordOptions<T>): KeptRecord<T> {
  const file = path.join(dataDirectory, name);
  const text = readIfThere(file);
  const kept = text === null ? null : parsed(text, read);
  if (text !== null && kept === null) throw unusable(file);
  return { file, kept, save: (record) => replaceFile(file, `${JSON.stringify(record)}\n`) };
}

function parsed<T extends object>(text: string, read: KeptRecordOptions<T>['read']): T | null {
  try {
    const value: unknown = parseJsonText(text);
    return typeof value === 'object' && value !== null ? read(value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
