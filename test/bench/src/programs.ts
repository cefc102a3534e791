// Whether a program that a benchmark compares us with is installed.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

export function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(path.delimiter).some((directory) => {
    try {
      accessSync(path.join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
