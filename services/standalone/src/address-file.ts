// Where a running standalone listens, in `<data directory>/address.json` (0600), so that a command line beside it finds it.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { readIfThere, replaceFile } from '@confledger/process/private-file';
import { identityOf } from '@confledger/process/process-identity';

export interface AddressFile {
  /** Removes the file, unless a later process has written its own. Idempotent. */
  remove(): void;
}

/**
 * Writes the file: `{ url, pid, startMark }`. Process and start mark tell a reader whether the writer still runs: a killed one leaves the file, and
 * its port may be another program's by then. Rejects where the file cannot be written.
 */
export async function writeAddressFile(dataDirectory: string, url: string): Promise<AddressFile> {
  const file = path.join(dataDirectory, 'address.json');
  const own = `${JSON.stringify({ url, ...identityOf(process.pid) })}\n`;
  await replaceFile(file, own);
  return {
    remove: () => {
      if (readIfThere(file) === own) rmSync(file, { force: true });
    },
  };
}
