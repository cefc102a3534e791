// A directory for keys and logs of one benchmark; gone when it ends, however it ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'confledger-bench-'));
  // What still runs there, and is ended too, may write a last time.
  process.once('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  return directory;
}
